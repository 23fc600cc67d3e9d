#include "data/pairlist.h"

#include "data/lines.h"
#include "engine/base/grow.h"
#include "engine/base/str.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LONGEST_LINE = 2 * 4096 + 1 }; /* two of the longest paths and a blank */

/* State of reading one list. */
typedef struct reading {
    ax_pairlist *list;
    const char *dir, *prefix;
    const char *path; /* of the list */
    size_t line;      /* number of the line, from 1 */
    ax_err *err;
} reading;

static bool is_file(const char *path)
{
    struct stat st;
    return !stat(path, &st) && S_ISREG(st.st_mode);
}

/* dir/NAME for a name of n bytes; NULL without memory. */
static char *below(const char *dir, const char *name, size_t n)
{
    size_t cap = strlen(dir) + n + 2;
    char *path = malloc(cap);
    if (path)
        snprintf(path, cap, "%s/%.*s", dir, (int)n, name);
    return path;
}

/* The path for a name of n bytes. An absolute name that doesn't exist is looked for in dir, as in lists of older
   versions. */
static char *path_of(const reading *r, const char *name, size_t n)
{
    size_t skip = strlen(r->prefix);
    if (skip && n >= skip && !memcmp(name, r->prefix, skip))
        return below(r->dir, name + skip, n - skip);
    if (*name != '/')
        return below(r->dir, name, n);
    char *absolute = strndup(name, n), *inside = below(r->dir, name, n);
    bool take_inside = absolute && inside && !is_file(absolute) && is_file(inside);
    free(take_inside ? absolute : inside);
    return take_inside ? inside : absolute;
}

/* A path relative to its folder, without redundant parts; NULL without memory. */
static char *name_of(const reading *r, const char *path)
{
    size_t skip = strlen(r->dir), n = 0;
    while (skip && r->dir[skip - 1] == '/')
        skip--;
    if (!strncmp(path, r->dir, skip) && path[skip] == '/')
        path += skip;
    char *name = malloc(strlen(path) + 1);
    for (size_t length; name && *path; path += length) {
        while (*path == '/')
            path++;
        length = strcspn(path, "/");
        if (!length || (length == 1 && *path == '.'))
            continue;
        if (n)
            name[n++] = '/';
        memcpy(name + n, path, length);
        n += length;
    }
    if (name)
        name[n] = '\0';
    return name;
}

/* Reports an error about a text in the line, quoted so that invisible characters show. */
static ax_code complain(const reading *r, ax_code code, const char *text, const char *what)
{
    ax_str quoted;
    ax_str_init(&quoted, 0);
    ax_str_quoted(&quoted, text);
    ax_fail(r->err, code, "%s: line %zu: %s: %s", r->path, r->line, quoted.text, what);
    ax_str_release(&quoted);
    return code;
}

static ax_code must_be_file(const reading *r, const char *path)
{
    struct stat st;
    if (stat(path, &st))
        return complain(r, AX_EIO, path, strerror(errno));
    return S_ISREG(st.st_mode) ? AX_OK : complain(r, AX_EIO, path, "not a file");
}

/* Splits the line of n bytes at the blanks from `first` on. */
static ax_code part(const reading *r, const char *text, size_t n, size_t first, ax_pair *out)
{
    size_t second = first;
    while (ax_is_blank(text[second]))
        second++;
    *out = (ax_pair) { path_of(r, text, first), path_of(r, text + second, n - second), NULL, 0 };
    if (out->image)
        out->name = name_of(r, out->image);
    return out->image && out->mask && out->name ? AX_OK : ax_fail(r->err, AX_ENOMEM, "%s: no memory", r->path);
}

static void drop(ax_pair *p)
{
    free(p->image);
    free(p->mask);
    free(p->name);
    *p = (ax_pair) { 0 };
}

ax_code ax_pairlist_take(ax_pairlist *list, ax_pair pair, ax_err *err)
{
    ax_pair *grown = ax_grow(list->pair, list->n, &list->cap, sizeof *grown);
    if (!grown) {
        drop(&pair);
        return ax_fail(err, AX_ENOMEM, "no memory for a list of %zu images", list->n + 1);
    }
    list->pair = grown;
    list->pair[list->n++] = pair;
    return AX_OK;
}

/* The next place after `at` where the line could be split; n: none. */
static size_t next_gap(const char *text, size_t n, size_t at)
{
    while (at < n && ax_is_blank(text[at]))
        at++;
    while (at < n && !ax_is_blank(text[at]))
        at++;
    return at;
}

static ax_code find_pair(const reading *r, char *text, size_t n, ax_pair *out)
{
    size_t first = next_gap(text, n, 0), gaps = 0;
    ax_code code = AX_OK;
    for (size_t at = first; at < n && code == AX_OK; at = next_gap(text, n, at), gaps++) {
        code = part(r, text, n, at, out);
        if (code == AX_OK && is_file(out->image) && is_file(out->mask))
            return AX_OK;
        drop(out);
    }
    text[n] = '\0'; /* the end of the line */
    if (code != AX_OK)
        return code;
    if (!gaps)
        return ax_fail(r->err, AX_EFORMAT, "%s: line %zu: not of the form IMAGE MASK", r->path, r->line);
    if (gaps > 1)
        return complain(r, AX_EIO, text, "no blank in it separates the names of two existing files");
    code = part(r, text, n, first, out);
    if (code == AX_OK)
        code = must_be_file(r, out->image);
    if (code == AX_OK)
        code = must_be_file(r, out->mask);
    drop(out);
    return code;
}

static ax_code add_line(const reading *r, char *text, size_t n)
{
    if (memchr(text, 0, n))
        return ax_fail(r->err, AX_EFORMAT, "%s: line %zu: a zero byte in it; a list is UTF-8 text", r->path, r->line);
    if (n > LONGEST_LINE)
        return ax_fail(r->err, AX_EFORMAT, "%s: line %zu: %zu bytes are too long for two names", r->path, r->line, n);
    ax_pair pair;
    ax_code code = find_pair(r, text, n, &pair);
    return code == AX_OK ? ax_pairlist_take(r->list, pair, r->err) : code;
}

ax_code ax_pairlist_read(ax_pairlist *list, const char *dir, const char *name, const char *prefix, ax_err *err)
{
    char path[4096], *text;
    size_t n;
    ax_lines lines;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, name) >= sizeof path)
        return ax_fail(err, AX_EINVAL, "%s: name is too long", dir);
    ax_code code = ax_lines_read(&lines, path, err);
    reading r = { .list = list, .dir = dir, .prefix = prefix, .path = path, .err = err };
    while (code == AX_OK && ax_lines_next(&lines, &text, &n)) {
        r.line = lines.number;
        code = add_line(&r, text, n);
    }
    ax_lines_release(&lines);
    if (code == AX_OK && !list->n)
        code = ax_fail(err, AX_EFORMAT, "%s: lists no images", path);
    return code;
}

void ax_pairlist_release(ax_pairlist *list)
{
    for (size_t i = 0; i < list->n; i++)
        drop(&list->pair[i]);
    free(list->pair);
    *list = (ax_pairlist) { 0 };
}
