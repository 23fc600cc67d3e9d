#include "viz/wrap.h"

#include "engine/base/utf8.h"

#include <stdio.h>
#include <string.h>

size_t ax_wrap_line(const char *text, int width, const char **next)
{
    uint32_t code;
    size_t n = 0, blank = 0; /* bytes that fit; those before the last blank among them */
    for (int col = 0; text[n] && col < width; col++) {
        if (text[n] == ' ')
            blank = n;
        n += ax_utf8_decode(text + n, &code);
    }
    if (text[n] && text[n] != ' ' && blank)
        n = blank;
    *next = text + n + strspn(text + n, " ");
    return n;
}

int ax_wrap_lines(const char *text, int width)
{
    int n = 0;
    do {
        ax_wrap_line(text, width, &text);
        n++;
    } while (*text);
    return n;
}

int ax_wrap_print(ax_pane p, int row, int col, int width, ax_role role, const char *text)
{
    int n = 0;
    do {
        char line[1024];
        const char *from = text;
        size_t bytes = ax_wrap_line(from, width, &text);
        snprintf(line, sizeof line, "%.*s", (int)bytes, from);
        ax_pane_print(p, row + n, col, role, line);
        n++;
    } while (*text);
    return n;
}
