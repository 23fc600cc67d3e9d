#include "engine/task/task.h"

#include "engine/base/utf8.h"

#include <string.h>

#define ROW(id, name, ...) &ax_task_##name,
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

int ax_task_name_columns(const ax_task_spec *spec, int least)
{
    for (int i = 0; i < spec->outputs; i++) {
        int n = ax_utf8_columns(spec->name[i]);
        least = n > least ? n : least;
    }
    return least;
}

ax_code ax_task_check_outputs(const ax_task_spec *ours, const ax_task_spec *its, const char *model, const char *data,
                              ax_err *err)
{
    if (its->outputs != ours->outputs)
        return ax_fail(err, AX_EINVAL, "%s: a model of %d output%s; %s asks for %d", model, its->outputs,
                       its->outputs == 1 ? "" : "s", data, ours->outputs);
    for (int32_t i = 0; i < ours->outputs; i++)
        if (strcmp(its->name[i], ours->name[i]) != 0)
            return ax_fail(err, AX_EINVAL, "%s: its output %d is '%s'; that of %s is '%s'", model, i, its->name[i],
                           data, ours->name[i]);
    return AX_OK;
}

int ax_task_targets(const ax_task *t)
{
    int n = 0;
    while (n < AX_TASK_TARGETS && t->target[n])
        n++;
    return n;
}
