/* Collects the files that a command reads and writes, and finds those that are the same file. */
#include "engine/base/grow.h"
#include "engine/base/output.h"
#include "engine/base/output_internal.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct file {
    char *path, *of; /* of: NULL = an input */
    char *place;     /* path that a file which doesn't exist yet would have; else NULL */
    dev_t dev;
    ino_t ino;
    size_t index; /* order of registration */
} file;

struct ax_files {
    file *file;
    size_t n, cap;
};

ax_files *ax_files_new(void)
{
    return calloc(1, sizeof(ax_files));
}

void ax_files_free(ax_files *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->n; i++) {
        free(f->file[i].path);
        free(f->file[i].of);
        free(f->file[i].place);
    }
    free(f->file);
    free(f);
}

/* The absolute path, without links, of a file that doesn't exist: the nearest existing folder's path and the rest
   (malloc). */
static char *place_of(const char *target)
{
    char above[PATH_MAX + 2], *full = NULL;
    size_t n = strlen(target);
    while (!full) {
        while (n && target[n - 1] == '/')
            n--;
        while (n && target[n - 1] != '/')
            n--;
        snprintf(above, sizeof above, "%.*s.", (int)n, target);
        full = realpath(above, NULL);
        if (!full && !n)
            return NULL;
    }
    size_t used = strlen(full), more = strlen(target + n);
    char *place = malloc(used + more + 2);
    if (place) {
        memcpy(place, full, used);
        place[used] = '/';
        size_t at = used + 1;
        for (const char *c = target + n; *c; c++) /* several slashes are one */
            if (*c != '/' || place[at - 1] != '/')
                place[at++] = *c;
        place[at] = '\0';
    }
    free(full);
    return place;
}

static ax_code no_memory(ax_err *err)
{
    return ax_fail(err, AX_ENOMEM, "no memory for the names of files");
}

static ax_code add(ax_files *f, const char *path, const char *of, ax_err *err)
{
    char target[PATH_MAX];
    struct stat st;
    int fd;
    if (ax_output_target(path, path, target, &fd, of ? err : NULL) != AX_OK)
        return of && err ? err->code : AX_OK; /* an input that can't be opened is reported by its reader */
    bool there = fd < 0 && !stat(target, &st);
    if (fd >= 0 || (there && !S_ISREG(st.st_mode)))
        return AX_OK;
    file *grown = ax_grow(f->file, f->n, &f->cap, sizeof *grown);
    if (!grown)
        return no_memory(err);
    f->file = grown;
    file *new = &f->file[f->n];
    *new = (file) { .path = strdup(path), .of = of ? strdup(of) : NULL, .index = f->n };
    f->n++;
    if (there) {
        new->dev = st.st_dev;
        new->ino = st.st_ino;
    } else {
        new->place = place_of(target);
    }
    return new->path && (new->of || !of) && (there || new->place) ? AX_OK : no_memory(err);
}

ax_code ax_files_read(ax_files *f, const char *path, ax_err *err)
{
    return add(f, path, NULL, err);
}

ax_code ax_files_write(ax_files *f, const char *path, const char *of, ax_err *err)
{
    return add(f, path, of, err);
}

ax_code ax_files_read_folder(ax_files *f, const char *path, ax_err *err)
{
    DIR *dir = opendir(path);
    ax_code code = AX_OK;
    for (struct dirent *e; dir && code == AX_OK && (e = readdir(dir));) {
        char name[PATH_MAX];
        if ((size_t)snprintf(name, sizeof name, "%s/%s", path, e->d_name) < sizeof name)
            code = ax_files_read(f, name, err);
    }
    if (dir)
        closedir(dir);
    return code;
}

/* Returns 0 for the same file. Outputs sort before inputs, then by order of registration. */
static int compare(const file *a, const file *b)
{
    if (!a->place != !b->place)
        return a->place ? 1 : -1;
    if (a->place)
        return strcmp(a->place, b->place);
    if (a->dev != b->dev)
        return a->dev < b->dev ? -1 : 1;
    return a->ino < b->ino ? -1 : a->ino > b->ino;
}

static int by_file(const void *x, const void *y)
{
    const file *a = x, *b = y;
    int d = compare(a, b);
    if (d)
        return d;
    if (!a->of != !b->of)
        return a->of ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

ax_code ax_files_check(ax_files *f, ax_err *err)
{
    const file *first = NULL, *other = NULL;
    if (f->n)
        qsort(f->file, f->n, sizeof *f->file, by_file);
    for (size_t i = 0; i + 1 < f->n; i++) {
        const file *a = &f->file[i], *b = a + 1;
        if (a->of && !compare(a, b) && (!first || a->index < first->index)) {
            first = a;
            other = b;
        }
    }
    if (!first)
        return AX_OK;
    if (other->of)
        return ax_fail(err, AX_EIO, "%s: both %s and %s would be written there", other->path, first->of, other->of);
    return ax_fail(err, AX_EIO, "%s: writing %s there would overwrite %s, which is read", first->path, first->of,
                   other->path);
}
