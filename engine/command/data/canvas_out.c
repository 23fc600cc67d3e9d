#include "engine/command/data/canvas_out.h"

#include "engine/base/out.h"
#include "engine/base/utf8.h"

/* Pictures are opaque. */
static const ax_canvas_cell *seen(const ax_canvas_cell *cell)
{
    static const ax_canvas_cell blank = { .code = ' ', .role = AX_ROLE_TEXT };
    return cell->picture ? &blank : cell;
}

static int row_end(const ax_canvas *c, int row)
{
    int n = c->cols;
    while (n && c->cell[row * c->cols + n - 1].code == ' ' && c->cell[row * c->cols + n - 1].role != AX_ROLE_PIXEL)
        n--;
    return n;
}

static void add_cell(ax_str *out, const ax_canvas_cell *cell, const ax_canvas_cell *before)
{
    char text[8];
    bool pixel = cell->role == AX_ROLE_PIXEL, was = before && before->role == AX_ROLE_PIXEL;
    if (pixel && (!was || before->fg != cell->fg || before->bg != cell->bg))
        ax_str_printf(out, "\x1b[38;5;%d;48;5;%dm", cell->fg, cell->bg);
    else if (!pixel && was)
        ax_str_add(out, "\x1b[0m");
    ax_utf8_encode(cell->code, text);
    ax_str_add(out, text);
}

void ax_canvas_out(const ax_canvas *c)
{
    ax_str out;
    ax_str_init(&out, 0);
    for (int r = 0; r < c->rows; r++) {
        const ax_canvas_cell *row = c->cell + r * c->cols, *before = NULL;
        for (int i = 0, n = row_end(c, r); i < n; before = seen(&row[i++]))
            add_cell(&out, seen(&row[i]), before);
        ax_str_add(&out, before && before->role == AX_ROLE_PIXEL ? "\x1b[0m\n" : "\n");
    }
    ax_out_text(out.text);
    ax_str_release(&out);
}

void ax_canvas_key_out(const uint8_t *color, char letter, bool colors)
{
    ax_str out;
    ax_str_init(&out, 0);
    if (colors)
        ax_str_printf(&out, "\x1b[48;5;%dm  \x1b[0m", color ? ax_color_256(color[0], color[1], color[2]) : 16);
    else
        ax_str_printf(&out, "%c", letter);
    ax_out_text(out.text);
    ax_str_release(&out);
}
