#include "data/picture_files.h"

#include "data/lines.h"
#include "data/tree.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef ax_code taker(void *context, const char *path, const char *name, ax_err *err);

static ax_code of_folder(const char *dir, taker *take, void *context, ax_err *err)
{
    ax_tree t = { .n = 0 };
    char path[PATH_MAX];
    ax_code code = ax_tree_read(&t, dir, ax_tree_is_picture, err);
    if (code == AX_OK && !t.n)
        code = ax_fail(err, AX_EFORMAT, "%s: no PNG or JPEG in it", dir);
    for (size_t i = 0; i < t.n && code == AX_OK; i++) {
        if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, t.name[i]) >= sizeof path)
            code = ax_fail(err, AX_EINVAL, "%s: name is too long", t.name[i]);
        else
            code = take(context, path, t.name[i], err);
    }
    ax_tree_release(&t);
    return code;
}

static ax_code of_list(const char *list, taker *take, void *context, ax_err *err)
{
    ax_lines lines;
    char path[PATH_MAX], *line;
    size_t n, taken = 0;
    const char *slash = strrchr(list, '/');
    int dir = slash ? (int)(slash - list) + 1 : 0;
    ax_code code = ax_lines_read(&lines, list, err);
    while (code == AX_OK && ax_lines_next(&lines, &line, &n)) {
        line[n] = '\0';
        if (strlen(line) != n)
            code = ax_fail(err, AX_EFORMAT, "%s: line %zu: a zero byte in it; this is not text", list, lines.number);
        else if ((size_t)snprintf(path, sizeof path, "%.*s%s", *line == '/' ? 0 : dir, list, line) >= sizeof path)
            code = ax_fail(err, AX_EINVAL, "%s: line %zu: name is too long", list, lines.number);
        const char *last = strrchr(line, '/');
        if (code == AX_OK)
            code = take(context, path, last ? last + 1 : line, err);
        taken++;
    }
    ax_lines_release(&lines);
    return code == AX_OK && !taken ? ax_fail(err, AX_EFORMAT, "%s: names no picture", list) : code;
}

ax_code ax_pictures_of(const char *path, bool list, taker *take, void *context, ax_err *err)
{
    return list ? of_list(path, take, context, err) : of_folder(path, take, context, err);
}
