/* list: images with masks or depth maps, listed in files. */
#include "data/classfile.h"
#include "data/open.h"
#include "data/pairs.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { EVERY = 10 }; /* with a single list, every tenth line is for validation */

static bool is_file(const char *path)
{
    struct stat st;
    return !stat(path, &st) && !S_ISDIR(st.st_mode);
}

/* The comma of TRAIN,VAL: names may contain commas too, so both sides must be existing files. NULL: a single list. */
static const char *comma_of(const char *argument)
{
    char train[PATH_MAX];
    if (is_file(argument))
        return NULL;
    for (const char *at = strchr(argument, ','); at; at = strchr(at + 1, ',')) {
        snprintf(train, sizeof train, "%.*s", (int)(at - argument), argument);
        if (is_file(train) && is_file(at + 1))
            return at;
    }
    return NULL;
}

/* The folder of a path of n bytes, as "/NAME" can be appended to it: "." without one, "" for the root. */
static char *folder_of(const char *path, size_t n)
{
    while (n && path[n - 1] != '/')
        n--;
    return n ? strndup(path, n - 1) : strdup(".");
}

static ax_code read_list(ax_pairs *p, ax_split split, const char *path, size_t n, ax_err *err)
{
    char *dir = folder_of(path, n), *name = strndup(path, n);
    ax_code code = dir && name ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for a data set");
    if (code == AX_OK) {
        const char *slash = strrchr(name, '/');
        code = ax_pairlist_read(&p->list[split], dir, slash ? slash + 1 : name, "", err);
    }
    free(dir);
    p->list_path[split] = name;
    return code;
}

/* Reads test.txt beside the training list. */
static ax_code read_test(ax_pairs *p, ax_err *err)
{
    char path[PATH_MAX];
    if ((size_t)snprintf(path, sizeof path, "%stest.txt", p->dir) >= sizeof path)
        return ax_fail(err, AX_EINVAL, "%s: name is too long", p->dir);
    return read_list(p, AX_SPLIT_VAL, path, strlen(path), err);
}

/* Moves every tenth pair of the training list (or the last of fewer) to validation. */
static ax_code part_for_validation(ax_pairs *p, ax_err *err)
{
    ax_pairlist *all = &p->list[AX_SPLIT_TRAIN], *val = &p->list[AX_SPLIT_VAL];
    size_t kept = 0, n = all->n, most = n / EVERY + 1;
    if (n < 2)
        return ax_fail(err, AX_EFORMAT, "%s: one image; training and validation need one each",
                       p->list_path[AX_SPLIT_TRAIN]);
    val->pair = calloc(most, sizeof *val->pair);
    if (!val->pair)
        return ax_fail(err, AX_ENOMEM, "no memory for a data set");
    val->cap = most;
    for (size_t i = 0; i < n; i++)
        if (i % EVERY == EVERY - 1 || (n < EVERY && i == n - 1))
            val->pair[val->n++] = all->pair[i];
        else
            all->pair[kept++] = all->pair[i];
    all->n = kept;
    return AX_OK;
}

static ax_code find_classes(ax_pairs *p, const ax_dataset_spec *spec, ax_source_info *info, ax_err *err)
{
    char path[PATH_MAX];
    if ((size_t)snprintf(path, sizeof path, "%sclasses.txt", p->dir) >= sizeof path)
        return ax_fail(err, AX_EINVAL, "%s: name is too long", p->dir);
    ax_code code = AX_OK;
    if (!spec->option[AX_DATASET_classes] && is_file(path)) {
        code = (p->classes = ax_classes_new(err)) ? ax_classfile_read(p->classes, path, err) : AX_ENOMEM;
    } else {
        static const char *const no_folder[] = { NULL };
        code = ax_pairs_read_classes(p, spec, no_folder, err);
    }
    return code == AX_OK
               ? ax_pairs_finish_classes(p, spec, "classes.txt names fewer classes; 255 = unlabelled", info, err)
               : code;
}

static ax_code fill(ax_pairs *p, const ax_dataset_spec *spec, ax_source_info *info, ax_err *err)
{
    const char *argument = spec->argument, *split = spec->option[AX_DATASET_split];
    const char *comma = comma_of(argument);
    ax_code code = read_list(p, AX_SPLIT_TRAIN, argument, comma ? (size_t)(comma - argument) : strlen(argument), err);
    if (code == AX_OK && spec->test)
        code = read_test(p, err);
    else if (code == AX_OK && comma)
        code = read_list(p, AX_SPLIT_VAL, comma + 1, strlen(comma + 1), err);
    if (code == AX_OK && split)
        code = ax_pairs_split(p, split, err);
    else if (code == AX_OK && !comma && !spec->test)
        code = part_for_validation(p, err);
    if (code != AX_OK || strcmp(spec->task, "depth") == 0)
        return code == AX_OK ? ax_pairs_are_depth(p, spec, info, err) : code;
    if (spec->option[AX_DATASET_scale])
        return ax_fail(err, AX_EINVAL, "list: scale= is for depth (--task depth)");
    code = ax_pairs_check(p, spec, err);
    return code == AX_OK ? find_classes(p, spec, info, err) : code;
}

ax_source *ax_list_open(const ax_dataset_spec *spec, ax_err *err)
{
    const char *argument = spec->argument;
    const char *comma = comma_of(argument);
    char *dir = folder_of(argument, comma ? (size_t)(comma - argument) : strlen(argument));
    ax_source *s = dir ? ax_pairs_make(spec, dir, fill, err) : NULL;
    if (!dir)
        ax_fail(err, AX_ENOMEM, "no memory for a data set");
    free(dir);
    return s;
}
