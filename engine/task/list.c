#include "engine/task/task.h"

#define ROW(id, name) &ax_task_##name,
static const ax_task *const tasks[AX_TASKS] = { AX_TASK_LIST(ROW) };

const ax_task *ax_task_of(ax_task_id id)
{
    return tasks[id];
}

const ax_task *ax_task_find(const char *name, ax_err *err)
{
    ax_task_id id = ax_task_named(name);
    if (id < AX_TASKS)
        return tasks[id];
    ax_str names;
    ax_str_init(&names, 0);
    for (int i = 0; i < AX_TASKS; i++)
        ax_str_printf(&names, "%s%s", i ? ", " : "", ax_task_name((ax_task_id)i));
    ax_fail(err, AX_EINVAL, "task '%s': not one of %s", name, names.text);
    ax_str_release(&names);
    return NULL;
}

int ax_task_targets(const ax_task *t)
{
    int n = 0;
    while (n < AX_TASK_TARGETS && t->target[n])
        n++;
    return n;
}
