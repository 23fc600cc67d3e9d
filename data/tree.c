#include "data/tree.h"

#include "engine/base/grow.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { DEPTH = 16 };

/* The folders from the first one down to the one being read. */
typedef struct way {
    ax_tree *tree;
    bool (*takes)(const char *name);
    size_t skip; /* length of the first folder's path and its slash */
    dev_t dev[DEPTH];
    ino_t ino[DEPTH];
} way;

static ax_code add(ax_tree *t, const char *name, ax_err *err)
{
    char **grown = ax_grow(t->name, t->n, &t->cap, sizeof *grown);
    if (!grown)
        return ax_fail(err, AX_ENOMEM, "no memory for the names of files");
    t->name = grown;
    t->name[t->n] = strdup(name);
    return t->name[t->n] ? (t->n++, AX_OK) : ax_fail(err, AX_ENOMEM, "no memory for the names of files");
}

static ax_code walk(way *w, const char *dir, int depth, ax_err *err);

static ax_code visit(way *w, const char *dir, const struct dirent *e, int depth, ax_err *err)
{
    char path[PATH_MAX];
    struct stat st;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, e->d_name) >= sizeof path)
        return ax_fail(err, AX_EIO, "%s: name is too long", dir);
    bool taken = !w->takes || w->takes(e->d_name);
    if (e->d_type == DT_REG)
        return taken ? add(w->tree, path + w->skip, err) : AX_OK;
    if (stat(path, &st)) /* a dangling link is reported when it is used */
        return taken ? ax_fail(err, AX_EIO, "%s: %s", path, strerror(errno)) : AX_OK;
    if (S_ISDIR(st.st_mode))
        return walk(w, path, depth + 1, err);
    return taken && S_ISREG(st.st_mode) ? add(w->tree, path + w->skip, err) : AX_OK;
}

static ax_code walk(way *w, const char *dir, int depth, ax_err *err)
{
    struct stat st;
    DIR *d = opendir(dir);
    if (!d || fstat(dirfd(d), &st)) {
        ax_fail(err, AX_EIO, "%s: %s", dir, strerror(errno));
        if (d)
            closedir(d);
        return AX_EIO;
    }
    ax_code code = depth < DEPTH ? AX_OK : ax_fail(err, AX_EFORMAT, "%s: more than %d folders deep", dir, DEPTH);
    for (int i = 0; i < depth && code == AX_OK; i++)
        if (w->dev[i] == st.st_dev && w->ino[i] == st.st_ino)
            code = ax_fail(err, AX_EFORMAT, "%s: a link to a folder that it is in", dir);
    if (code == AX_OK) {
        w->dev[depth] = st.st_dev;
        w->ino[depth] = st.st_ino;
    }
    for (struct dirent *e; code == AX_OK && (e = readdir(d));)
        if (e->d_name[0] != '.')
            code = visit(w, dir, e, depth, err);
    closedir(d);
    return code;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

ax_code ax_tree_read(ax_tree *t, const char *dir, bool (*takes)(const char *name), ax_err *err)
{
    way w = { .tree = t, .takes = takes, .skip = strlen(dir) + 1 };
    ax_code code = walk(&w, dir, 0, err);
    if (code == AX_OK && t->n)
        qsort(t->name, t->n, sizeof *t->name, by_name);
    return code;
}

void ax_tree_release(ax_tree *t)
{
    for (size_t i = 0; i < t->n; i++)
        free(t->name[i]);
    free(t->name);
    *t = (ax_tree) { .n = 0 };
}

static bool is_folder(const char *dir, const char *name, char *path)
{
    struct stat st;
    return (size_t)snprintf(path, PATH_MAX, "%s/%s", dir, name) < PATH_MAX && !stat(path, &st) && S_ISDIR(st.st_mode);
}

bool ax_tree_child(const char *dir, const char *const *names, char *path)
{
    for (; *names; names++) {
        if (is_folder(dir, *names, path))
            return true;
        DIR *d = opendir(dir);
        bool found = false;
        for (struct dirent *e; d && !found && (e = readdir(d));)
            found = !strcasecmp(e->d_name, *names) && is_folder(dir, e->d_name, path);
        if (d)
            closedir(d);
        if (found)
            return true;
    }
    return false;
}

bool ax_tree_is_picture(const char *name)
{
    static const char *const ends[] = { ".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".gif", ".ppm" };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof ends / sizeof *ends; i++)
        if (!strcasecmp(dot, ends[i]))
            return true;
    return false;
}

size_t ax_tree_stem(const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
    return dot && dot > base ? (size_t)(dot - path) : strlen(path);
}
