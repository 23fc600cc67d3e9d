#include "data/open.h"

#include <stdio.h>
#include <string.h>

#define OPEN(name, form, files, tasks, options, doc) ax_##name##_open,
static ax_source *(*const openers[])(const ax_dataset_spec *spec, ax_err *err) = { AX_DATASET_LIST(OPEN) };

ax_source *ax_source_open_spec(ax_dataset_spec *spec, const char *name, ax_err *err)
{
    const ax_dataset *set = spec->set;
    if (*name)
        snprintf(spec->task, sizeof spec->task, "%s", name);
    else
        snprintf(spec->task, sizeof spec->task, "%.*s", (int)strcspn(set->tasks, " "), set->tasks);
    const ax_task *task = ax_task_find(*name ? name : spec->task, err);
    if (!task)
        return NULL;
    if (!ax_dataset_lists(set->tasks, spec->task)) {
        ax_fail(err, AX_EINVAL, "data set '%s' has no truth for %s, but for %s", set->name, spec->task, set->tasks);
        return NULL;
    }
    ax_source *s = openers[set - ax_dataset_at(0)](spec, err);
    if (s)
        s->info.task.task = task;
    return s;
}

ax_source *ax_source_open(const char *text, const char *task, ax_err *err)
{
    ax_dataset_spec spec;
    if (ax_dataset_parse(text, &spec, err) != AX_OK)
        return NULL;
    ax_source *s = ax_source_open_spec(&spec, task, err);
    if (s)
        snprintf(s->info.spec, sizeof s->info.spec, "%s", text);
    return s;
}
