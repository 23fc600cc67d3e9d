#include "data/open.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OPEN(name, form, files, tasks, options, doc) ax_##name##_open,
static ax_source *(*const openers[])(const ax_dataset_spec *spec, ax_err *err) = { AX_DATASET_LIST(OPEN) };

/* Whether the first n bytes of a text name a file, or do so behind their last comma. */
static bool names_file(const char *text, size_t n)
{
    char path[PATH_MAX];
    if ((size_t)snprintf(path, sizeof path, "%.*s", (int)n, text) >= sizeof path)
        return false;
    const char *comma = strrchr(path, ',');
    return !access(path, F_OK) || (comma && !access(comma + 1, F_OK));
}

/* The first ",WORD=" in a text, of which the word is returned. What names files may contain such characters itself, so
   there a file must end before them. NULL: none. */
static const char *word_in(const char *text, bool files, int *n)
{
    for (const char *at = text ? strchr(text, ',') : NULL; at; at = strchr(at + 1, ',')) {
        size_t length = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz_-");
        *n = (int)length;
        if (length && at[1 + length] == '=' && (!files || names_file(text, (size_t)(at - text))))
            return at + 1;
    }
    return NULL;
}

/* Says so when a data set can't be opened since an option of it is none: it was taken for a part of a name. */
static void name_unknown_option(const ax_dataset_spec *spec, ax_err *err)
{
    const ax_dataset *set = spec->set;
    const char *form, *doc, *word;
    bool files;
    int n = 0;
    word = word_in(spec->argument, set->files, &n);
    for (int i = 0; !word && ax_dataset_option_at(i, &form, &files, &doc); i++)
        word = word_in(spec->option[i], files, &n);
    if (word)
        ax_fail(err, AX_EINVAL, "data set '%s' takes no option %.*s; it takes %s", set->name, n, word, set->options);
}

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
    else
        name_unknown_option(spec, err);
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
