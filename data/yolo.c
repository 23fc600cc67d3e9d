/* yolo: a text file per image with a line per object: its class, then the points of its outline, from 0 to 1. */
#include "data/classfile.h"
#include "data/set_layout.h"
#include "data/lines.h"
#include "data/match.h"
#include "data/objects.h"
#include "data/open.h"
#include "data/polygon.h"
#include "data/tree.h"
#include "data/yolo_names.h"
#include "engine/base/grow.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { MOST_NUMBERS = 1 << 20 };
static const double SLACK = 0.01; /* outlines may extend this far outside */

/* The objects of a file. */
typedef struct object {
    int32_t id;
    size_t first, n; /* range of its numbers */
} object;
typedef struct objects {
    object *of;
    double *number;
    size_t n, cap, numbers, numbers_cap;
    const ax_classes *classes;
} objects;

static void release(objects *o)
{
    free(o->of);
    free(o->number);
}

static ax_code add_number(objects *o, double v, ax_err *err)
{
    double *grown = o->numbers == MOST_NUMBERS ? NULL : ax_grow(o->number, o->numbers, &o->numbers_cap, sizeof *grown);
    if (!grown)
        return ax_fail(err, AX_ENOMEM, "no memory for so many points");
    o->number = grown;
    o->number[o->numbers++] = v;
    return AX_OK;
}

/* The number at `at`; NULL: none. */
static char *number(char *at, double *out)
{
    char *end;
    *out = strtod(at, &end);
    return end != at && isfinite(*out) && (!*end || ax_is_blank(*end)) ? end : NULL;
}

static ax_code add_points(objects *o, char *at, ax_err *err)
{
    ax_code code = AX_OK;
    size_t first = o->numbers;
    while (code == AX_OK) {
        while (ax_is_blank(*at))
            at++;
        if (!*at)
            break;
        double v;
        char *end = number(at, &v);
        if (!end)
            return ax_fail(err, AX_EFORMAT, "'%.20s' is not a number", at);
        if (v < -SLACK || v > 1 + SLACK)
            return ax_fail(err, AX_EFORMAT, "%g isn't from 0 to 1, as parts of the image's sides are", v);
        code = add_number(o, v, err);
        at = end;
    }
    size_t n = o->numbers - first;
    if (code == AX_OK && n == 4)
        return ax_fail(err, AX_EFORMAT, "four numbers are a box; an outline has three points or more");
    if (code == AX_OK && (n < 6 || n % 2))
        return ax_fail(err, AX_EFORMAT, "%zu number%s; an outline has three points or more, two numbers each", n,
                       n == 1 ? "" : "s");
    o->of[o->n - 1].n = n;
    return code;
}

static ax_code add_line(void *context, char *line, ax_err *err)
{
    objects *o = context;
    double id;
    char *end = number(line, &id);
    if (!end || id != floor(id) || id < 0 || id >= AX_LABEL_IDS)
        return ax_fail(err, AX_EFORMAT, "'%.20s': a line begins with the class's number", line);
    if (o->classes && ax_classes_of_id(o->classes, (uint32_t)id) == AX_CLASS_WRONG)
        return ax_fail(err, AX_EFORMAT, "class %d has no name", (int)id);
    object *grown = ax_grow(o->of, o->n, &o->cap, sizeof *grown);
    if (!grown)
        return ax_fail(err, AX_ENOMEM, "no memory for so many objects");
    o->of = grown;
    o->of[o->n++] = (object) { (int32_t)id, o->numbers, 0 };
    return add_points(o, end, err);
}

/* Fills *o (to be released even after a failure); classes: NULL = accepts any id. */
static ax_code read_objects(objects *o, const char *path, const ax_classes *classes, ax_err *err)
{
    *o = (objects) { .classes = classes };
    return ax_lines_each(path, add_line, o, err);
}

/* ---- targets ---- */

typedef struct drawing {
    const objects *o;
    double *xy; /* room for the largest object */
} drawing;

static ax_code draw_object(void *context, size_t i, int32_t h, int32_t w, uint8_t *mask, uint8_t *class, ax_err *err)
{
    const drawing *d = context;
    const object *o = &d->o->of[i];
    for (size_t k = 0; k < o->n; k++)
        d->xy[k] = d->o->number[o->first + k] * (k % 2 ? h : w);
    *class = (uint8_t)ax_classes_of_id(d->o->classes, (uint32_t)o->id);
    return ax_polygon_add(d->xy, o->n, h, w, mask, err);
}

static ax_code draw(const ax_pairs *p, const ax_pair *pair, int32_t h, int32_t w, uint8_t *classes, ax_err *err)
{
    objects o = { .n = 0 };
    ax_code code = pair->mask ? read_objects(&o, pair->mask, p->classes, err) : AX_OK;
    drawing d = { &o, malloc((o.numbers + 1) * sizeof *d.xy) };
    if (code == AX_OK && !d.xy)
        code = ax_fail(err, AX_ENOMEM, "no memory for so many points");
    if (code == AX_OK) {
        code =
            ax_objects_paint(o.n, draw_object, &d, (uint8_t)p->classes->label[p->background].class, h, w, classes, err);
        if (code != AX_OK)
            ax_fail_prefix(err, pair->mask);
    }
    free(d.xy);
    release(&o);
    return code;
}

static ax_code look(const ax_pairs *p, const ax_pair *pair, const ax_glance *image, ax_err *err)
{
    objects o = { .n = 0 };
    (void)image;
    ax_code code = pair->mask ? read_objects(&o, pair->mask, p->classes->of_id ? p->classes : NULL, err) : AX_OK;
    release(&o);
    return code;
}

/* ---- classes ---- */

/* Without names: counts the classes by the ids in the files. */
static ax_code count_classes(ax_pairs *p, ax_err *err)
{
    int32_t most = -1;
    char name[AX_TASK_OUTPUT_NAME];
    ax_code code = AX_OK;
    for (int s = AX_SPLIT_TRAIN; s <= AX_SPLIT_VAL; s++)
        for (size_t i = 0; i < p->list[s].n && code == AX_OK; i++) {
            objects o = { .n = 0 };
            if (p->list[s].pair[i].mask)
                code = read_objects(&o, p->list[s].pair[i].mask, NULL, err);
            for (size_t k = 0; k < o.n; k++)
                most = o.of[k].id > most ? o.of[k].id : most;
            release(&o);
        }
    for (int32_t id = 0; id <= most && code == AX_OK; id++) {
        int n = snprintf(name, sizeof name, "class %d", id);
        code = ax_classes_add(p->classes, name, (size_t)n, id, -1, err);
    }
    return code;
}

/* Reads names from the first YAML file of the folder that has them. */
static ax_code read_yaml(ax_pairs *p, const char *dir, ax_err *err)
{
    static const char *const usual[] = { "data.yaml", "dataset.yaml", "data.yml" };
    char path[PATH_MAX];
    struct stat st;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, usual[i]) >= sizeof path || stat(path, &st))
            continue;
        ax_code code = ax_yolo_names_read(p->classes, path, err);
        if (code != AX_OK)
            return code;
        if (!p->classes->n)
            continue;
        p->class_file = strdup(path);
        return p->class_file ? ax_pairs_note(p, path, err) : ax_fail(err, AX_ENOMEM, "no memory for classes");
    }
    return AX_OK;
}

static ax_code read_classes(ax_pairs *p, const ax_dataset_spec *spec, const ax_set_layout *l, ax_source_info *info,
                            ax_err *err)
{
    const char *const dirs[] = { spec->argument, l->targets[0], NULL }, *const none[] = { NULL };
    ax_code code = AX_OK;
    if (!spec->option[AX_DATASET_classes]) {
        code = (p->classes = ax_classes_new(err)) ? read_yaml(p, spec->argument, err) : AX_ENOMEM;
    }
    if (code == AX_OK && (!p->classes || !p->classes->n))
        code = ax_pairs_read_classes(p, spec, spec->option[AX_DATASET_classes] ? none : dirs, err);
    if (code == AX_OK && !p->classes->n)
        code = count_classes(p, err);
    if (code == AX_OK)
        code = ax_pairs_add_background(p, err);
    return code == AX_OK ? ax_pairs_finish_classes(p, spec, "no class has it", info, err) : code;
}

/* ---- files ---- */

static bool is_text(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && !strcasecmp(dot, ".txt") && strcasecmp(name, "classes.txt") != 0 &&
           strcasecmp(name, "train.txt") != 0 && strcasecmp(name, "val.txt") != 0 && strcasecmp(name, "test.txt") != 0;
}

static ax_code fill(ax_pairs *p, const ax_dataset_spec *spec, ax_source_info *info, ax_err *err)
{
    static const char *const target_names[] = { "labels", "label", NULL }, *const suffix[] = { "", NULL };
    const ax_matched_set set = { .target_names = target_names,
                                 .suffix = suffix,
                                 .beside = suffix,
                                 .is_target = is_text,
                                 .optional = true,
                                 .none =
                                     "no images with text files of the same names; there should be images/ and labels/",
                                 .classes = read_classes };
    p->draw = draw;
    p->look = look;
    return ax_match_set(p, spec, &set, info, err);
}

ax_source *ax_yolo_open(const ax_dataset_spec *spec, ax_err *err)
{
    return ax_pairs_open(spec, fill, err);
}
