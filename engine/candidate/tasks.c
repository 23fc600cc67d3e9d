#include "engine/candidate/tasks.h"

#include <string.h>

#define NAME(id, name) #name,
static const char *const names[AX_TASKS + 1] = { AX_TASK_LIST(NAME) "unknown" };

const char *ax_task_name(ax_task_id id)
{
    return names[id];
}

ax_task_id ax_task_named(const char *name)
{
    int id = 0;
    while (*name && id < AX_TASKS && strcmp(names[id], name) != 0)
        id++;
    return (ax_task_id)id;
}
