/* labelme: images and LabelMe's JSON files of the same names, with outlines of objects. */
#include "data/classfile.h"
#include "data/each.h"
#include "data/labelme_shapes.h"
#include "data/match.h"
#include "data/objects.h"
#include "data/open.h"
#include "data/polygon.h"
#include "data/set_layout.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { MOST_THREADS = 8 };

/* Labels with a special meaning in LabelMe. */
static const char ignored[] = "__ignore__", background[] = "_background_";

/* The class of a label; AX_CLASS_WRONG: unknown. */
static int16_t class_of(const ax_pairs *p, const char *label)
{
    const ax_classes *c = p->classes;
    for (size_t i = 0; i < c->n; i++)
        if (!strcmp(c->label[i].name, label))
            return c->label[i].class;
    if (!strcmp(label, ignored))
        return AX_CLASS_IGNORE;
    return !strcmp(label, background) ? c->label[p->background].class : AX_CLASS_WRONG;
}

/* ---- targets ---- */

typedef struct drawing {
    const ax_pairs *p;
    const ax_labelme *l;
} drawing;

static ax_code draw_shape(void *context, size_t i, int32_t h, int32_t w, uint8_t *mask, uint8_t *class, ax_err *err)
{
    const drawing *d = context;
    const ax_labelme_shape *s = &d->l->shape[i];
    *class = (uint8_t)class_of(d->p, s->label);
    return ax_polygon_add(d->l->number + s->first, s->n, h, w, mask, err);
}

static ax_code check(const ax_pairs *p, const ax_pair *pair, const ax_labelme *l, ax_err *err)
{
    for (size_t i = 0; i < l->n; i++)
        if (p->classes->of_id && class_of(p, l->shape[i].label) == AX_CLASS_WRONG)
            return ax_fail(err, AX_EFORMAT, "%s: shape %zu: no class is called '%.60s'", pair->mask, i + 1,
                           l->shape[i].label);
    return AX_OK;
}

static ax_code draw(const ax_pairs *p, const ax_pair *pair, int32_t h, int32_t w, uint8_t *classes, ax_err *err)
{
    ax_labelme l;
    const drawing d = { p, &l };
    ax_code code = ax_labelme_read(&l, pair->mask, err);
    if (code == AX_OK)
        code = check(p, pair, &l, err);
    if (code == AX_OK && l.h && (l.h != h || l.w != w))
        code = ax_fail(err, AX_EFORMAT, "%s: for an image of %dx%d, but %s is %dx%d", pair->mask, (int)l.w, (int)l.h,
                       pair->image, (int)w, (int)h);
    if (code == AX_OK) {
        code = ax_objects_paint(l.n, draw_shape, (void *)(uintptr_t)&d, (uint8_t)p->classes->label[p->background].class,
                                h, w, classes, err);
        if (code != AX_OK)
            ax_fail_prefix(err, pair->mask);
    }
    ax_labelme_release(&l);
    return code;
}

static ax_code look(const ax_pairs *p, const ax_pair *pair, const ax_glance *image, ax_err *err)
{
    ax_labelme l;
    ax_code code = ax_labelme_read(&l, pair->mask, err);
    bool same = l.h == image->h && l.w == image->w, turned = l.h == image->w && l.w == image->h;
    if (code == AX_OK && l.h && !same && !turned)
        code = ax_fail(err, AX_EFORMAT, "%s: for an image of %dx%d, but %s is %dx%d", pair->mask, (int)l.w, (int)l.h,
                       pair->image, (int)image->w, (int)image->h);
    if (code == AX_OK)
        code = check(p, pair, &l, err);
    ax_labelme_release(&l);
    return code;
}

/* ---- classes ---- */

/* Labels that occur in the files, in the order of strcmp. */
typedef struct labels {
    const ax_pairs *p;
    pthread_mutex_t lock;
    char *name[AX_TASK_OUTPUTS];
    size_t n;
} labels;

static ax_code note_label(labels *all, const char *name, ax_err *err)
{
    size_t at = 0;
    while (at < all->n && strcmp(all->name[at], name) < 0)
        at++;
    if (!strcmp(name, ignored) || !strcmp(name, background) || (at < all->n && !strcmp(all->name[at], name)))
        return AX_OK;
    if (all->n == AX_TASK_OUTPUTS)
        return ax_fail(err, AX_EFORMAT, "more than %d labels", AX_TASK_OUTPUTS);
    char *own = strdup(name);
    if (!own)
        return ax_fail(err, AX_ENOMEM, "no memory for classes");
    memmove(&all->name[at + 1], &all->name[at], (all->n - at) * sizeof *all->name);
    all->name[at] = own;
    all->n++;
    return AX_OK;
}

static ax_code note_labels(void *context, int thread, size_t i, ax_err *err)
{
    labels *all = context;
    const ax_pairlist *list = all->p->list;
    const ax_pair *pair = i < list[0].n ? &list[0].pair[i] : &list[1].pair[i - list[0].n];
    ax_labelme l;
    (void)thread;
    ax_code code = ax_labelme_read(&l, pair->mask, err);
    pthread_mutex_lock(&all->lock);
    for (size_t k = 0; k < l.n && code == AX_OK; k++)
        if ((code = note_label(all, l.shape[k].label, err)) != AX_OK)
            ax_fail_prefix(err, pair->mask);
    pthread_mutex_unlock(&all->lock);
    ax_labelme_release(&l);
    return code;
}

/* Without a class file: uses the labels of all files. */
static ax_code count_labels(ax_pairs *p, ax_err *err)
{
    size_t n = p->list[0].n + p->list[1].n;
    labels *all = calloc(1, sizeof *all);
    if (!all)
        return ax_fail(err, AX_ENOMEM, "no memory for classes");
    all->p = p;
    pthread_mutex_init(&all->lock, NULL);
    ax_code code = ax_each(n, ax_each_threads(n, MOST_THREADS), note_labels, all, err);
    for (size_t i = 0; i < all->n; i++) {
        if (code == AX_OK &&
            (code = ax_classes_add(p->classes, all->name[i], strlen(all->name[i]), (int32_t)i, -1, err)) != AX_OK)
            ax_fail_prefix(err, p->dir);
        free(all->name[i]);
    }
    pthread_mutex_destroy(&all->lock);
    free(all);
    return code;
}

/* Reads labels.txt, the list of labels of LabelMe's own converters. */
static ax_code read_own_list(ax_pairs *p, const char *dir, ax_err *err)
{
    char path[PATH_MAX];
    struct stat st;
    if ((size_t)snprintf(path, sizeof path, "%s/labels.txt", dir) >= sizeof path || stat(path, &st))
        return AX_OK;
    ax_code code = ax_classfile_read(p->classes, path, err);
    if (code == AX_OK && !(p->class_file = strdup(path)))
        code = ax_fail(err, AX_ENOMEM, "no memory for classes");
    return code == AX_OK ? ax_pairs_note(p, path, err) : code;
}

static ax_code read_classes(ax_pairs *p, const ax_dataset_spec *spec, const ax_set_layout *l, ax_source_info *info,
                            ax_err *err)
{
    const char *const dirs[] = { spec->argument, l->targets[0], NULL };
    ax_code code = ax_pairs_read_classes(p, spec, dirs, err);
    if (code == AX_OK && !p->classes)
        code = (p->classes = ax_classes_new(err)) ? read_own_list(p, spec->argument, err) : AX_ENOMEM;
    if (code == AX_OK && !p->classes->n)
        code = count_labels(p, err);
    bool own = false;
    for (size_t i = 0; code == AX_OK && i < p->classes->n; i++) {
        ax_label *label = &p->classes->label[i];
        label->dropped = label->dropped || !strcmp(label->name, ignored);
        if (!strcmp(label->name, background)) {
            p->background = i;
            own = true;
        }
    }
    if (code == AX_OK && !own)
        code = ax_pairs_add_background(p, err);
    return code == AX_OK ? ax_pairs_finish_classes(p, spec, "no class has it", info, err) : code;
}

/* ---- files ---- */

static bool is_json(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && !strcasecmp(dot, ".json");
}

static ax_code fill(ax_pairs *p, const ax_dataset_spec *spec, ax_source_info *info, ax_err *err)
{
    static const char *const target_names[] = { "annotations", "annotation", "labels", "label", "json", NULL };
    static const char *const suffix[] = { "", NULL };
    const ax_matched_set set = { .target_names = target_names,
                                 .suffix = suffix,
                                 .beside = suffix,
                                 .is_target = is_json,
                                 .none = "no images with JSON files of the same names",
                                 .classes = read_classes };
    p->draw = draw;
    p->look = look;
    return ax_match_set(p, spec, &set, info, err);
}

ax_source *ax_labelme_open(const ax_dataset_spec *spec, ax_err *err)
{
    return ax_pairs_open(spec, fill, err);
}
