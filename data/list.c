/* list: images and masks that files list, for whatever lies on a disk. */
#include "data/image.h"
#include "data/lines.h"
#include "data/open.h"
#include "data/pairs.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { IGNORE = 255, EVERY = 10 }; /* of one list every tenth line is for validation */

static bool is_file(const char *path)
{
    struct stat st;
    return !stat(path, &st) && !S_ISDIR(st.st_mode);
}

/* Where the comma of TRAIN,VAL is: names may have commas as well, so both sides must be files. NULL: it is one list. */
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

/* The folder of a path of n bytes: "." where it names none. */
static char *folder_of(const char *path, size_t n)
{
    while (n && path[n - 1] != '/')
        n--;
    return n ? strndup(path, n > 1 ? n - 1 : n) : strdup(".");
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

/* Takes every tenth pair out of the training's list, or the last one of fewer. */
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

/* ---- classes ---- */

/* As VOC's tools colour an id: its bits, three by three, from the top of red, green and blue on. */
static void color_of(int id, uint8_t color[3])
{
    color[0] = color[1] = color[2] = 0;
    for (int bit = 7; id; bit--, id >>= 3)
        for (int c = 0; c < 3; c++)
            color[c] |= (uint8_t)((id >> c & 1) << bit);
}

/* "NAME" or "NAME R,G,B" of the next class. */
static ax_code add_class(ax_source_info *info, const char *path, size_t number, char *line, size_t n, ax_err *err)
{
    int id = info->classes;
    unsigned rgb[3];
    char more;
    line[n] = '\0';
    if (id == IGNORE)
        return ax_fail(err, AX_EFORMAT, "%s: line %zu: more than 255 classes", path, number);
    char *last = line + n;
    while (last > line && !ax_is_blank(last[-1]))
        last--;
    if (last > line && sscanf(last, "%3u,%3u,%3u%c", &rgb[0], &rgb[1], &rgb[2], &more) == 3) {
        for (int c = 0; c < 3; c++) {
            if (rgb[c] > 255)
                return ax_fail(err, AX_EFORMAT, "%s: line %zu: a colour is R,G,B, each up to 255", path, number);
            info->color[id][c] = (uint8_t)rgb[c];
        }
        while (last > line && ax_is_blank(last[-1]))
            last--;
        *last = '\0';
    }
    if (strlen(line) >= AX_CLASS_NAME)
        return ax_fail(err, AX_EFORMAT, "%s: line %zu: a name of more than %d bytes", path, number, AX_CLASS_NAME - 1);
    snprintf(info->name[id], AX_CLASS_NAME, "%s", line);
    info->classes++;
    return AX_OK;
}

static ax_code read_classes(ax_source_info *info, const char *path, ax_err *err)
{
    ax_lines lines;
    char *line;
    size_t n;
    ax_code code = ax_lines_read(&lines, path, err);
    while (code == AX_OK && ax_lines_next(&lines, &line, &n))
        code = add_class(info, path, lines.number, line, n, err);
    ax_lines_release(&lines);
    if (code == AX_OK && !info->classes)
        code = ax_fail(err, AX_EFORMAT, "%s: names no classes", path);
    return code;
}

/* Without names: as many classes as the masks have ids. */
static ax_code count_classes(const ax_pairs *p, ax_source_info *info, ax_err *err)
{
    int most = 0;
    for (int split = AX_SPLIT_TRAIN; split <= AX_SPLIT_VAL; split++)
        for (size_t i = 0; i < p->list[split].n; i++) {
            uint8_t *ids;
            int32_t h, w;
            ax_code code = ax_mask_read(p->list[split].pair[i].mask, &ids, &h, &w, err);
            if (code != AX_OK)
                return code;
            for (size_t k = 0; k < (size_t)h * (size_t)w; k++)
                most = ids[k] != IGNORE && ids[k] > most ? ids[k] : most;
            free(ids);
        }
    for (info->classes = 0; info->classes <= most; info->classes++)
        snprintf(info->name[info->classes], AX_CLASS_NAME, "class %d", info->classes);
    return AX_OK;
}

static ax_code find_classes(ax_pairs *p, ax_source_info *info, ax_err *err)
{
    char path[PATH_MAX];
    for (int id = 0; id < AX_MAX_CLASSES; id++)
        color_of(id, info->color[id]);
    if ((size_t)snprintf(path, sizeof path, "%sclasses.txt", p->dir) >= sizeof path)
        return ax_fail(err, AX_EINVAL, "%s: name is too long", p->dir);
    ax_code code = is_file(path) ? read_classes(info, path, err) : count_classes(p, info, err);
    for (int id = 0; id < 256; id++)
        p->class_of[id] = AX_PAIRS_WRONG;
    for (int id = 0; id < info->classes; id++)
        p->class_of[id] = (int16_t)id;
    p->class_of[IGNORE] = AX_PAIRS_IGNORE;
    p->ids = "classes.txt names fewer classes; 255 = unlabelled";
    return code;
}

static ax_code fill(ax_pairs *p, const char *argument, ax_source_info *info, ax_err *err)
{
    const char *comma = comma_of(argument);
    ax_code code = read_list(p, AX_SPLIT_TRAIN, argument, comma ? (size_t)(comma - argument) : strlen(argument), err);
    if (code == AX_OK)
        code = comma ? read_list(p, AX_SPLIT_VAL, comma + 1, strlen(comma + 1), err) : part_for_validation(p, err);
    return code == AX_OK ? find_classes(p, info, err) : code;
}

ax_source *ax_list_open(const ax_dataset_spec *spec, ax_err *err)
{
    const char *argument = spec->argument;
    const char *comma = comma_of(argument);
    char *dir = folder_of(argument, comma ? (size_t)(comma - argument) : strlen(argument));
    ax_pairs *p = dir ? ax_pairs_new(dir, err) : NULL;
    ax_source_info *info = p ? calloc(1, sizeof *info) : NULL;
    ax_source *s = NULL;
    if (!dir || (p && !info))
        ax_fail(err, AX_ENOMEM, "no memory for a data set");
    if (info && fill(p, argument, info, err) == AX_OK) {
        s = ax_pairs_source(p, info, err);
        p = NULL;
    }
    ax_pairs_free(p);
    free(info);
    free(dir);
    return s;
}
