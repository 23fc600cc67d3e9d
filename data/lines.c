#include "data/lines.h"

#include "engine/base/file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 64 << 20 };

bool ax_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f';
}

const char *ax_skip_blanks(const char *at)
{
    while (ax_is_blank(*at))
        at++;
    return at;
}

bool ax_read_digits(const char **at, int32_t most, int32_t *out)
{
    const char *p = *at;
    int32_t v = 0;
    if (*p < '0' || *p > '9')
        return false;
    for (; *p >= '0' && *p <= '9'; p++)
        if ((v = 10 * v + (*p - '0')) > most)
            return false;
    *at = p;
    *out = v;
    return true;
}

ax_code ax_lines_read(ax_lines *l, const char *path, ax_err *err)
{
    *l = (ax_lines) { .text = NULL };
    ax_code code = ax_file_read(AT_FDCWD, path, LARGEST, &l->text, &l->n, err);
    if (code != AX_OK)
        return code;
    if (l->n >= 2 && (!memcmp(l->text, "\xff\xfe", 2) || !memcmp(l->text, "\xfe\xff", 2)))
        return ax_fail(err, AX_EFORMAT, "%s: UTF-16 text; save it as UTF-8", path);
    if (l->n >= 3 && !memcmp(l->text, "\xef\xbb\xbf", 3))
        l->at = 3;
    return AX_OK;
}

bool ax_lines_next(ax_lines *l, char **text, size_t *n)
{
    while (l->at < l->n) {
        char *line = l->text + l->at;
        size_t length = strcspn(line, "\r\n"); /* also stops at a zero byte */
        while (l->at + length < l->n && !line[length])
            length += 1 + strcspn(line + length + 1, "\r\n");
        l->at += length + (line[length] == '\r' && line[length + 1] == '\n' ? 2 : 1);
        l->number++;
        while (length && ax_is_blank(line[length - 1]))
            length--;
        while (length && ax_is_blank(*line))
            line++, length--;
        *text = line;
        *n = length;
        if (length && *line != '#')
            return true;
    }
    return false;
}

void ax_lines_release(ax_lines *l)
{
    free(l->text);
    *l = (ax_lines) { .text = NULL };
}

ax_code ax_lines_each(const char *path, ax_line_take take, void *context, ax_err *err)
{
    ax_lines lines;
    char *line, where[PATH_MAX + 32];
    size_t n;
    ax_code code = ax_lines_read(&lines, path, err);
    while (code == AX_OK && ax_lines_next(&lines, &line, &n)) {
        line[n] = '\0';
        code = strlen(line) == n ? take(context, line, err)
                                 : ax_fail(err, AX_EFORMAT, "a zero byte in it; this is not text");
        snprintf(where, sizeof where, "%s: line %zu", path, lines.number);
        if (code != AX_OK)
            ax_fail_prefix(err, where);
    }
    ax_lines_release(&lines);
    return code;
}
