/* A frame around a pane. */
#include "viz/canvas.h"

#include <stdio.h>
#include <string.h>

/* Prints a title, in which ids have the look of plain text since they are what changes. Returns the column after it. */
static int print_text(ax_pane p, int at, ax_role role, const char *text)
{
    char part[160];
    while (*text) {
        bool id = *text == '#';
        size_t n = id ? 1 + strspn(text + 1, "0123456789") : strcspn(text, "#");
        snprintf(part, sizeof part, "%.*s", (int)n, text);
        at = ax_pane_print(p, 0, at, id ? AX_ROLE_TEXT : role, part);
        text += n;
    }
    return at;
}

void ax_pane_frame(ax_pane p, bool focus, const char *title, const char *right)
{
    ax_role role = focus ? AX_ROLE_FOCUS : AX_ROLE_FRAME;
    int bottom = p.at.rows - 1, last = p.at.cols - 1;
    for (int c = 1; c < last; c++) {
        ax_pane_glyph(p, 0, c, AX_GLYPH_HLINE, role);
        ax_pane_glyph(p, bottom, c, AX_GLYPH_HLINE, role);
    }
    for (int r = 1; r < bottom; r++) {
        ax_pane_glyph(p, r, 0, AX_GLYPH_VLINE, role);
        ax_pane_glyph(p, r, last, AX_GLYPH_VLINE, role);
    }
    ax_pane_glyph(p, 0, 0, AX_GLYPH_TOP_LEFT, role);
    ax_pane_glyph(p, 0, last, AX_GLYPH_TOP_RIGHT, role);
    ax_pane_glyph(p, bottom, 0, AX_GLYPH_BOTTOM_LEFT, role);
    ax_pane_glyph(p, bottom, last, AX_GLYPH_BOTTOM_RIGHT, role);
    int at = 2, end = last - 1;
    if (title && ax_text_width(title) + 2 <= end - at) {
        ax_pane_put(p, 0, at, ' ', role);
        at = print_text(p, at + 1, focus ? AX_ROLE_STRONG : AX_ROLE_TITLE, title);
        ax_pane_put(p, 0, at++, ' ', role);
    }
    int width = right ? ax_text_width(right) : 0;
    if (width && width + 3 <= end - at) {
        at = end - 1 - width;
        ax_pane_put(p, 0, at - 1, ' ', role);
        print_text(p, at, AX_ROLE_DIM, right);
        ax_pane_put(p, 0, end - 1, ' ', role);
    }
}
