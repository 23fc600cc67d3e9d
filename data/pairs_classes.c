/* The classes of a data set of pairs, from a class file or from the ids in its masks. */
#include "data/classfile.h"
#include "data/each.h"
#include "data/image.h"
#include "data/pairs.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 8 };

static ax_code new_classes(ax_pairs *p, ax_err *err)
{
    if (!p->classes)
        p->classes = ax_classes_new(err);
    return p->classes ? AX_OK : AX_ENOMEM;
}

ax_code ax_pairs_read_classes(ax_pairs *p, const ax_dataset_spec *spec, const char *const *dirs, ax_err *err)
{
    char path[PATH_MAX];
    const char *file = spec->option[AX_DATASET_classes];
    for (; !file && *dirs; dirs++)
        if (ax_classfile_find(*dirs, path))
            file = path;
    if (!file)
        return AX_OK;
    ax_code code = new_classes(p, err);
    if (code == AX_OK)
        code = ax_classfile_read(p->classes, file, err);
    if (code == AX_OK && !(p->class_file = strdup(file)))
        code = ax_fail(err, AX_ENOMEM, "no memory for classes");
    return code == AX_OK ? ax_pairs_note(p, file, err) : code;
}

ax_code ax_pairs_know_classes(ax_pairs *p, const ax_known_class *known, int n, int first, ax_err *err)
{
    if (p->classes)
        return AX_OK;
    ax_code code = new_classes(p, err);
    return code == AX_OK ? ax_classes_add_known(p->classes, known, n, first, err) : code;
}

ax_code ax_pairs_add_background(ax_pairs *p, ax_err *err)
{
    static const char name[] = "background";
    for (size_t i = 0; i < p->classes->n; i++)
        if (!strcmp(p->classes->label[i].name, name)) {
            p->background = i;
            return AX_OK;
        }
    p->background = p->classes->n;
    return ax_classes_add(p->classes, name, sizeof name - 1, -1, -1, err);
}

/* ---- without a class file ---- */

typedef struct counting {
    const ax_pairs *p;
    bool (*seen)[AX_LABEL_IDS]; /* by thread */
} counting;

static ax_code count_one(void *context, int thread, size_t i, ax_err *err)
{
    const counting *c = context;
    const ax_pairlist *list = c->p->list;
    const char *path = i < list[0].n ? list[0].pair[i].mask : list[1].pair[i - list[0].n].mask;
    ax_mask m;
    ax_code code = ax_mask_read(path, &m, err);
    if (code != AX_OK)
        return code;
    for (size_t k = 0, n = (size_t)m.h * (size_t)m.w; k < n && code == AX_OK; k++) {
        uint16_t wide;
        if (m.size == 1) {
            c->seen[thread][m.bytes[k]] = true;
        } else if (m.size == 2) {
            memcpy(&wide, m.bytes + 2 * k, sizeof wide);
            c->seen[thread][wide] = true;
        } else if (m.bytes[3 * k] == m.bytes[3 * k + 1] && m.bytes[3 * k] == m.bytes[3 * k + 2]) {
            c->seen[thread][m.bytes[3 * k]] = true;
        } else {
            code = ax_fail(err, AX_EFORMAT,
                           "%s: a mask of colours; a class file says which class has which (lines R,G,B NAME)", path);
        }
    }
    free(m.bytes);
    return code;
}

/* Adds classes up to the largest id that isn't unlabelled. */
static ax_code name_ids(ax_pairs *p, const ax_dataset_spec *spec, const bool *seen, ax_err *err)
{
    int32_t most = -1, unlabelled = p->classes->unlabelled;
    char name[AX_TASK_OUTPUT_NAME];
    for (int32_t id = 0; id < AX_LABEL_IDS; id++)
        most = seen[id] && id != unlabelled ? id : most;
    if (most == 0 && unlabelled >= 0 && seen[unlabelled])
        return ax_fail(err, AX_EFORMAT,
                       "%s: the masks have ids 0 and 255 only; for 255 to be a class and not unlabelled, a class file "
                       "has lines like '0 background' and '255 object'",
                       p->dir);
    if (most >= AX_CLASS_IGNORE)
        return ax_fail(err, AX_EFORMAT, "%s: ids up to %d in the masks; a class file says which of them are classes%s",
                       p->dir, most,
                       ax_dataset_lists(spec->set->tasks, "depth") ? "; if they are depth, --task depth" : "");
    ax_code code = AX_OK;
    for (int32_t id = 0; id <= most && code == AX_OK; id++) {
        int n = snprintf(name, sizeof name, "class %d", id);
        code = ax_classes_add(p->classes, name, (size_t)n, id, -1, err);
    }
    return code;
}

static ax_code count_classes(ax_pairs *p, const ax_dataset_spec *spec, ax_err *err)
{
    size_t n = p->list[0].n + p->list[1].n;
    int threads = ax_each_threads(n, MOST_THREADS);
    counting c = { p, calloc((size_t)threads, sizeof *c.seen) };
    if (!c.seen)
        return ax_fail(err, AX_ENOMEM, "no memory for a data set");
    ax_code code = ax_each(n, threads, count_one, &c, err);
    for (int t = 1; t < threads; t++)
        for (size_t id = 0; id < AX_LABEL_IDS; id++)
            c.seen[0][id] |= c.seen[t][id];
    if (code == AX_OK)
        code = name_ids(p, spec, c.seen[0], err);
    free(c.seen);
    return code;
}

/* ---- both ---- */

ax_code ax_pairs_finish_classes(ax_pairs *p, const ax_dataset_spec *spec, const char *says, ax_source_info *info,
                                ax_err *err)
{
    const char *map = spec->option[AX_DATASET_map], *ignore = spec->option[AX_DATASET_ignore];
    ax_code code = new_classes(p, err);
    if (code == AX_OK && !p->classes->n && !spec->inspect)
        code = count_classes(p, spec, err);
    if (code == AX_OK && map)
        code = ax_classmap_read(p->classes, map, err);
    if (code == AX_OK && map)
        code = ax_pairs_note(p, map, err);
    if (code == AX_OK && ignore)
        code = ax_classes_ignore(p->classes, ignore, err);
    const char *from = map ? map : p->class_file ? p->class_file : p->dir; /* the source to name in messages */
    if (code == AX_OK && (code = ax_classes_finish(p->classes, says, info, err)) != AX_OK)
        ax_fail_prefix(err, from);
    if (code == AX_OK && !info->task.outputs && !spec->inspect)
        code = ax_fail(err, AX_EFORMAT, "%s: no class; the masks are unlabelled all over", p->dir);
    if (code == AX_OK && info->task.outputs < 2 && !spec->inspect)
        code = ax_fail(err, AX_EFORMAT, "%s: one class only, '%s'; there is nothing to tell apart", from,
                       info->task.name[0]);
    return code;
}
