#include "data/camvid.h"

#include "data/image.h"
#include "data/picture.h"

#include "engine/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CLASSES = 11, UNLABELLED = 11, IGNORE = 255 };

static const struct {
    const char *name;
    uint8_t color[3];
} classes[CLASSES] = {
    { "sky", { 128, 128, 128 } },    { "building", { 128, 0, 0 } },   { "pole", { 192, 192, 128 } },
    { "road", { 128, 64, 128 } },    { "pavement", { 60, 40, 222 } }, { "tree", { 128, 128, 0 } },
    { "sign", { 192, 128, 128 } },   { "fence", { 64, 64, 128 } },    { "car", { 64, 0, 128 } },
    { "pedestrian", { 64, 64, 0 } }, { "cyclist", { 0, 128, 192 } },
};

typedef struct pair {
    char *image, *mask; /* paths */
} pair;

typedef struct camvid {
    pair *list[2]; /* per ax_split */
    size_t n[2];
} camvid;

static void free_set(void *set)
{
    camvid *c = set;
    for (int s = 0; s < 2; s++) {
        for (size_t i = 0; i < c->n[s]; i++) {
            free(c->list[s][i].image);
            free(c->list[s][i].mask);
        }
        free(c->list[s]);
    }
    free(c);
}

/* dir/NAME for a name of the list, whose prefix may be SegNet's own. */
static char *path_of(const char *dir, const char *name, size_t n)
{
    static const char prefix[] = "/SegNet/CamVid/";
    size_t skip = sizeof prefix - 1;
    if (n >= skip && !memcmp(name, prefix, skip)) {
        name += skip;
        n -= skip;
    }
    size_t cap = strlen(dir) + n + 2;
    char *path = malloc(cap);
    if (path)
        snprintf(path, cap, "%s/%.*s", dir, (int)n, name);
    return path;
}

static ax_code must_exist(const char *list, size_t line, const char *path, ax_err *err)
{
    struct stat st;
    if (stat(path, &st))
        return ax_fail(err, AX_EIO, "%s: line %zu: %s: %s", list, line, path, strerror(errno));
    return S_ISREG(st.st_mode) ? AX_OK : ax_fail(err, AX_EIO, "%s: line %zu: %s: not a file", list, line, path);
}

static ax_code add_pair(camvid *c, int split, size_t *cap, const char *dir, const char *list, size_t line,
                        const char *text, size_t n, ax_err *err)
{
    const char *blank = memchr(text, ' ', n), *tab = memchr(text, '\t', n), *cut = blank ? blank : tab;
    if (!cut)
        return ax_fail(err, AX_EFORMAT, "%s: line %zu: not of the form IMAGE MASK", list, line);
    const char *second = cut;
    while (second < text + n && (*second == ' ' || *second == '\t'))
        second++;
    if (c->n[split] == *cap) {
        *cap = *cap ? 2 * *cap : 256;
        pair *grown = realloc(c->list[split], *cap * sizeof *grown);
        if (!grown)
            return ax_fail(err, AX_ENOMEM, "%s: no memory", list);
        c->list[split] = grown;
    }
    pair *p = &c->list[split][c->n[split]++];
    p->image = path_of(dir, text, (size_t)(cut - text));
    p->mask = path_of(dir, second, (size_t)(text + n - second));
    if (!p->image || !p->mask)
        return ax_fail(err, AX_ENOMEM, "%s: no memory", list);
    ax_code code = must_exist(list, line, p->image, err);
    return code == AX_OK ? must_exist(list, line, p->mask, err) : code;
}

static ax_code read_list(camvid *c, int split, const char *dir, const char *name, ax_err *err)
{
    char list[4096], *text;
    size_t n, line = 1, cap = 0;
    if ((size_t)snprintf(list, sizeof list, "%s/%s", dir, name) >= sizeof list)
        return ax_fail(err, AX_EINVAL, "%s: name is too long", dir);
    ax_code code = ax_file_read(AT_FDCWD, list, 64 << 20, &text, &n, err);
    if (code != AX_OK)
        return code;
    for (size_t at = 0; at < n && code == AX_OK; line++) {
        char *end = memchr(text + at, '\n', n - at);
        size_t stop = end ? (size_t)(end - text) : n, length = stop - at;
        if (length && text[at + length - 1] == '\r')
            length--;
        if (length)
            code = add_pair(c, split, &cap, dir, list, line, text + at, length, err);
        at = stop + 1;
    }
    free(text);
    if (code == AX_OK && !c->n[split])
        code = ax_fail(err, AX_EFORMAT, "%s: lists no images", list);
    return code;
}

static ax_code remap(ax_picture *p, const char *path, ax_err *err)
{
    for (size_t i = 0; i < (size_t)p->h * (size_t)p->w; i++) {
        uint8_t id = p->labels[i];
        if (id > UNLABELLED)
            return ax_fail(err, AX_EFORMAT, "%s: id %d at x %zu, y %zu: CamVid's ids are 0 to 10, and 11 = unlabelled",
                           path, id, i % (size_t)p->w, i / (size_t)p->w);
        if (id == UNLABELLED)
            p->labels[i] = IGNORE;
    }
    return AX_OK;
}

static ax_code load(void *set, ax_split split, uint64_t index, ax_picture *out, ax_err *err)
{
    const camvid *c = set;
    const pair *p = &c->list[split][index];
    int32_t h = 0, w = 0;
    ax_code code = ax_picture_read(p->image, &out->rgb, &out->h, &out->w, err);
    if (code == AX_OK)
        code = ax_mask_read(p->mask, &out->labels, &h, &w, err);
    if (code == AX_OK && (h != out->h || w != out->w))
        code =
            ax_fail(err, AX_EFORMAT, "%s: %dx%d, but its image %s is %dx%d", p->mask, w, h, p->image, out->w, out->h);
    return code == AX_OK ? remap(out, p->mask, err) : code;
}

static void name(void *set, ax_split split, uint64_t index, char *out, size_t cap)
{
    const camvid *c = set;
    const char *path = c->list[split][index].image, *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    snprintf(out, cap, "%.*s", dot && dot > base ? (int)(dot - base) : (int)strlen(base), base);
}

ax_source *ax_camvid_open(const char *dir, ax_err *err)
{
    struct stat st;
    int missing = stat(dir, &st);
    if (missing || !S_ISDIR(st.st_mode)) {
        ax_fail(err, AX_EIO, "camvid:%s: %s", dir, missing ? strerror(errno) : "not a directory");
        return NULL;
    }
    camvid *c = calloc(1, sizeof *c);
    if (!c) {
        ax_fail(err, AX_ENOMEM, "no memory for a data set");
        return NULL;
    }
    if (read_list(c, AX_SPLIT_TRAIN, dir, "train.txt", err) != AX_OK ||
        read_list(c, AX_SPLIT_VAL, dir, "val.txt", err) != AX_OK) {
        free_set(c);
        return NULL;
    }
    ax_source_info *info = calloc(1, sizeof *info);
    if (!info) {
        free_set(c);
        ax_fail(err, AX_ENOMEM, "no memory for a data set");
        return NULL;
    }
    info->n_train = c->n[AX_SPLIT_TRAIN];
    info->n_val = c->n[AX_SPLIT_VAL];
    info->classes = CLASSES;
    for (int i = 0; i < CLASSES; i++) {
        snprintf(info->name[i], AX_CLASS_NAME, "%s", classes[i].name);
        memcpy(info->color[i], classes[i].color, 3);
    }
    ax_source *s = ax_picture_source_new(info, &(ax_picture_set) { c, load, name, free_set }, err);
    free(info);
    return s;
}
