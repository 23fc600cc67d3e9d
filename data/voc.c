/* voc: PASCAL VOC's tree, and CVAT's like it; SBD's longer list with list=. */
#include "data/lines.h"
#include "data/open.h"
#include "data/pairs.h"
#include "data/tree.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CLASSES = 21, BORDER = 0xe0e0c0 /* the colour of "difficult" where masks are RGB */ };

static const ax_known_class classes[CLASSES] = {
    { "background", { 0, 0, 0 }, false },     { "aeroplane", { 128, 0, 0 }, false },
    { "bicycle", { 0, 128, 0 }, false },      { "bird", { 128, 128, 0 }, false },
    { "boat", { 0, 0, 128 }, false },         { "bottle", { 128, 0, 128 }, false },
    { "bus", { 0, 128, 128 }, false },        { "car", { 128, 128, 128 }, false },
    { "cat", { 64, 0, 0 }, false },           { "chair", { 192, 0, 0 }, false },
    { "cow", { 64, 128, 0 }, false },         { "diningtable", { 192, 128, 0 }, false },
    { "dog", { 64, 0, 128 }, false },         { "horse", { 192, 0, 128 }, false },
    { "motorbike", { 64, 128, 128 }, false }, { "person", { 192, 128, 128 }, false },
    { "pottedplant", { 0, 64, 0 }, false },   { "sheep", { 128, 64, 0 }, false },
    { "sofa", { 0, 192, 0 }, false },         { "train", { 128, 192, 0 }, false },
    { "tvmonitor", { 0, 64, 128 }, false },
};

/* The tree, and the folder of masks that a list refers to. */
typedef struct tree {
    const ax_dataset_spec *spec;
    char root[PATH_MAX], images[PATH_MAX], masks[PATH_MAX];
    bool longer; /* the list is SBD's: its masks are tried first */
} tree;

static bool is_file(const char *path)
{
    struct stat st;
    return !stat(path, &st) && S_ISREG(st.st_mode);
}

static bool find_root(tree *t)
{
    static const char *const below[] = { "",         "/VOC2012", "/VOCdevkit/VOC2012",
                                         "/VOC2007", "/VOC2010", "/VOCdevkit/VOC2007" };
    static const char *const images[] = { "JPEGImages", NULL }, *const masks[] = { "SegmentationClass", NULL };
    for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
        size_t n = (size_t)snprintf(t->root, sizeof t->root, "%s%s", t->spec->argument, below[i]);
        if (n < sizeof t->root && ax_tree_child(t->root, images, t->images) && ax_tree_child(t->root, masks, t->masks))
            return true;
    }
    return false;
}

/* dir/NAME.EXTENSION with the first extension that exists, or just the first one. */
static bool with_extension(const char *dir, const char *name, const char *const *extension, char path[PATH_MAX])
{
    for (const char *const *e = extension; *e; e++)
        if ((size_t)snprintf(path, PATH_MAX, "%s/%s%s", dir, name, *e) < PATH_MAX && is_file(path))
            return true;
    snprintf(path, PATH_MAX, "%s/%s%s", dir, name, *extension);
    return false;
}

/* Parses a line with two absolute names; false: another form. */
static bool two_files(const tree *t, const char *line, char image[PATH_MAX], char mask[PATH_MAX])
{
    for (const char *at = line; *(at += strcspn(at, " \t")); at++) {
        const char *second = at + strspn(at, " \t");
        if ((size_t)snprintf(image, PATH_MAX, "%s/%.*s", t->root, (int)(at - line), line) < PATH_MAX &&
            (size_t)snprintf(mask, PATH_MAX, "%s/%s", t->root, second) < PATH_MAX && is_file(image) && is_file(mask))
            return true;
    }
    return false;
}

static ax_code add_line(ax_pairs *p, ax_pairlist *list, const tree *t, const char *line, ax_err *err)
{
    static const char *const image_ends[] = { ".jpg", ".jpeg", ".JPG", ".JPEG", ".png", ".PNG", NULL };
    static const char *const mask_ends[] = { ".png", ".PNG", NULL };
    char image[PATH_MAX], mask[PATH_MAX], longer[PATH_MAX + 16];
    if (two_files(t, line, image, mask))
        return ax_pairs_add(p, list, image, mask, 0, err);
    with_extension(t->images, line, image_ends, image);
    snprintf(longer, sizeof longer, "%sAug", t->masks);
    if (!t->longer || !with_extension(longer, line, mask_ends, mask))
        with_extension(t->masks, line, mask_ends, mask);
    return ax_pairs_add(p, list, image, mask, 0, err);
}

typedef struct reading {
    ax_pairs *pairs;
    ax_pairlist *list;
    const tree *tree;
} reading;

static ax_code read_line(void *context, char *line, ax_err *err)
{
    const reading *r = context;
    return strlen(line) < PATH_MAX / 2 ? add_line(r->pairs, r->list, r->tree, line, err)
                                       : ax_fail(err, AX_EFORMAT, "too long for a name");
}

static ax_code read_list(ax_pairs *p, ax_pairlist *list, const tree *t, const char *path, ax_err *err)
{
    reading r = { p, list, t };
    ax_code code = ax_lines_each(path, read_line, &r, err);
    if (code == AX_OK && !list->n)
        code = ax_fail(err, AX_EFORMAT, "%s: lists no images", path);
    return code == AX_OK ? ax_pairs_note(p, path, err) : code;
}

/* Reads train.txt (or list=) and val.txt or test.txt; or a single list of all, to be split. */
static ax_code read_lists(ax_pairs *p, tree *t, ax_err *err)
{
    static const char *const one[] = { "trainval.txt", "default.txt", "train.txt" };
    const char *given = t->spec->option[AX_DATASET_list];
    char train[PATH_MAX + 64], val[PATH_MAX + 64], dir[PATH_MAX + 32];
    snprintf(dir, sizeof dir, "%s/ImageSets/Segmentation", t->root);
    snprintf(val, sizeof val, "%s/%s.txt", dir, t->spec->test ? "test" : "val");
    snprintf(train, sizeof train, "%s/train.txt", dir);
    bool both = (given || is_file(train)) && (is_file(val) || t->spec->test);
    for (size_t i = 0; !both && !given && i < sizeof one / sizeof *one; i++) {
        snprintf(train, sizeof train, "%s/%s", dir, one[i]);
        if (is_file(train))
            break;
    }
    t->longer = given;
    ax_code code = read_list(p, &p->list[AX_SPLIT_TRAIN], t, given ? given : train, err);
    t->longer = false;
    if (code == AX_OK && both)
        code = read_list(p, &p->list[AX_SPLIT_VAL], t, val, err);
    return code == AX_OK ? ax_pairs_part(p, t->spec, both, err) : code;
}

static ax_code fill(ax_pairs *p, const ax_dataset_spec *spec, ax_source_info *info, ax_err *err)
{
    tree *t = calloc(1, sizeof *t);
    if (!t)
        return ax_fail(err, AX_ENOMEM, "no memory for a data set");
    t->spec = spec;
    ax_code code = find_root(t) ? AX_OK
                                : ax_fail(err, AX_EFORMAT, "%s: not a VOC tree: JPEGImages/ and SegmentationClass/",
                                          spec->argument);
    if (code == AX_OK)
        code = read_lists(p, t, err);
    if (code == AX_OK)
        code = ax_pairs_check(p, spec, err);
    const char *const dirs[] = { t->root, NULL };
    if (code == AX_OK)
        code = ax_pairs_read_classes(p, spec, dirs, err);
    bool own = !p->classes;
    if (code == AX_OK)
        code = ax_pairs_know_classes(p, classes, CLASSES, 0, err);
    if (code == AX_OK && own)
        p->classes->ignore_color = BORDER;
    free(t);
    return code == AX_OK
               ? ax_pairs_finish_classes(
                     p, spec, own ? "VOC's ids are 0 to 20, and 255 = unlabelled" : "the class file has no such class",
                     info, err)
               : code;
}

ax_source *ax_voc_open(const ax_dataset_spec *spec, ax_err *err)
{
    return ax_pairs_open(spec, fill, err);
}
