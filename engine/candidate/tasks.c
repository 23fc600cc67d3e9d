#include "engine/candidate/tasks.h"

#include <string.h>

#define NAME(id, name, ...) #name,
static const char *const names[AX_TASKS + 1] = { AX_TASK_LIST(NAME) "unknown" };

const char *ax_task_name(ax_task_id id)
{
    return names[id];
}

const ax_task_words *ax_task_predicts(ax_task_id id)
{
#define WORDS(id, name, tab, one, several) { tab, one, several },
    static const ax_task_words words[AX_TASKS + 1] = { AX_TASK_LIST(WORDS) { "Picture", "picture", "pictures" } };
    return &words[id];
}

ax_task_id ax_task_named(const char *name)
{
    int id = 0;
    while (*name && id < AX_TASKS && strcmp(names[id], name) != 0)
        id++;
    return (ax_task_id)id;
}
