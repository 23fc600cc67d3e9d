#include "data/lines.h"

#include "engine/base/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 64 << 20 };

bool ax_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f';
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
