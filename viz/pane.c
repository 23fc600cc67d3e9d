/* Parts of a canvas: what is written into one, and what is kept of it. */
#include "viz/canvas.h"

#include "engine/base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ax_rect intersect(ax_rect a, ax_rect b)
{
    int top = a.row > b.row ? a.row : b.row, left = a.col > b.col ? a.col : b.col;
    int bottom = a.row + a.rows < b.row + b.rows ? a.row + a.rows : b.row + b.rows;
    int right = a.col + a.cols < b.col + b.cols ? a.col + a.cols : b.col + b.cols;
    if (bottom <= top || right <= left)
        return (ax_rect) { .row = a.row, .col = a.col };
    return (ax_rect) { .row = top, .col = left, .rows = bottom - top, .cols = right - left };
}

ax_pane ax_pane_of(ax_canvas *c, ax_rect at)
{
    return (ax_pane) { .canvas = c, .at = intersect(at, (ax_rect) { .rows = c->rows, .cols = c->cols }) };
}

ax_pane ax_pane_part(ax_pane p, int row, int col, int rows, int cols)
{
    ax_rect part = { .row = p.at.row + row, .col = p.at.col + col, .rows = rows, .cols = cols };
    return (ax_pane) { .canvas = p.canvas, .at = intersect(part, p.at) };
}

ax_pane ax_pane_inner(ax_pane p)
{
    return ax_pane_part(p, 1, 1, p.at.rows - 2, p.at.cols - 2);
}

static ax_canvas_cell *cell_at(ax_pane p, int row, int col)
{
    if (row < 0 || col < 0 || row >= p.at.rows || col >= p.at.cols)
        return NULL;
    return p.canvas->cell + (size_t)(p.at.row + row) * (size_t)p.canvas->cols + (size_t)(p.at.col + col);
}

/* Characters that take one column everywhere we know of: not the combining marks, not the wide scripts. */
static bool one_column(uint32_t code)
{
    if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad)
        return false;
    if (code < 0x300)
        return true;
    if (code >= 0x370 && code < 0x483)
        return true;
    return (code >= 0x2010 && code < 0x2028) || (code >= 0x2030 && code < 0x205f) ||
           (code >= 0x20a0 && code < 0x20c0) || (code >= 0x2190 && code < 0x2300) ||
           (code >= 0x2500 && code < 0x2600) || (code >= 0x2800 && code < 0x2900);
}

void ax_pane_put(ax_pane p, int row, int col, uint32_t code, ax_role role)
{
    ax_canvas_cell *cell = cell_at(p, row, col);
    if (!cell)
        return;
    if (!one_column(code) || (p.canvas->glyphs->ascii && code > 0x7e))
        code = '?';
    *cell = (ax_canvas_cell) { .code = code, .role = (uint8_t)role };
}

void ax_pane_glyph(ax_pane p, int row, int col, ax_glyph g, ax_role role)
{
    ax_pane_put(p, row, col, p.canvas->glyphs->code[g], role);
}

void ax_pane_pixel(ax_pane p, int row, int col, uint32_t code, uint8_t fg, uint8_t bg)
{
    ax_canvas_cell *cell = cell_at(p, row, col);
    if (cell)
        *cell = (ax_canvas_cell) { .code = code, .role = AX_ROLE_PIXEL, .fg = fg, .bg = bg };
}

int ax_pane_print(ax_pane p, int row, int col, ax_role role, const char *text)
{
    while (*text) {
        uint32_t code;
        text += ax_utf8_decode(text, &code);
        ax_pane_put(p, row, col++, code, role);
    }
    return col;
}

int ax_pane_printf(ax_pane p, int row, int col, ax_role role, const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return ax_pane_print(p, row, col, role, text);
}

int ax_text_width(const char *text)
{
    int n = 0;
    for (uint32_t code; *text; n++)
        text += ax_utf8_decode(text, &code);
    return n;
}

int ax_pane_print_right(ax_pane p, int row, int end, ax_role role, const char *text)
{
    int col = end - ax_text_width(text);
    ax_pane_print(p, row, col, role, text);
    return col;
}

void ax_pane_print_cut(ax_pane p, int row, int col, int width, ax_role role, const char *text)
{
    if (width <= 0)
        return;
    ax_pane_print(ax_pane_part(p, row, col, 1, width), 0, 0, role, text);
    if (ax_text_width(text) > width)
        ax_pane_glyph(p, row, col + width - 1, AX_GLYPH_MORE, role);
}

void ax_pane_role(ax_pane p, int row, int col, int cols, ax_role role)
{
    for (int i = col; i < col + cols; i++) {
        ax_canvas_cell *cell = cell_at(p, row, i);
        if (cell)
            cell->role = (uint8_t)role;
    }
}

void ax_pane_picture(ax_pane p, const ax_raster *picture)
{
    ax_canvas *c = p.canvas;
    ax_rect at = picture->at;
    bool inside = at.row >= 0 && at.col >= 0 && at.rows > 0 && at.cols > 0 && at.row + at.rows <= p.at.rows &&
                  at.col + at.cols <= p.at.cols;
    if (!c->graphics || !inside || c->pictures == AX_CANVAS_PICTURES) {
        free(picture->owned);
        return;
    }
    ax_raster *to = &c->picture[c->pictures++];
    *to = *picture;
    to->at.row += p.at.row;
    to->at.col += p.at.col;
    for (int r = 0; r < at.rows; r++)
        for (int k = 0; k < at.cols; k++)
            cell_at(p, at.row + r, at.col + k)->picture = (uint8_t)c->pictures;
}

static ax_canvas_cell *row_of(ax_pane p, int r)
{
    return &p.canvas->cell[(size_t)(p.at.row + r) * (size_t)p.canvas->cols + (size_t)p.at.col];
}

ax_canvas_cell *ax_pane_save(ax_pane p)
{
    size_t cols = (size_t)p.at.cols;
    ax_canvas_cell *cell = malloc(((size_t)p.at.rows * cols + 1) * sizeof *cell);
    for (int r = 0; r < p.at.rows && cell; r++)
        memcpy(cell + (size_t)r * cols, row_of(p, r), cols * sizeof *cell);
    return cell;
}

void ax_pane_restore(ax_pane p, const ax_canvas_cell *cell)
{
    size_t cols = (size_t)p.at.cols;
    for (int r = 0; r < p.at.rows; r++) {
        ax_canvas_cell *to = row_of(p, r);
        memcpy(to, cell + (size_t)r * cols, cols * sizeof *to);
        for (size_t k = 0; k < cols; k++)
            to[k].picture = 0;
    }
}

struct ax_pane_kept {
    ax_canvas_cell *cell;
    int pictures;
    ax_raster picture[AX_CANVAS_PICTURES];
};

static bool is_inside(ax_rect at, ax_rect in)
{
    return at.row >= in.row && at.col >= in.col && at.row + at.rows <= in.row + in.rows &&
           at.col + at.cols <= in.col + in.cols;
}

ax_pane_kept *ax_pane_take(ax_pane p)
{
    ax_canvas *c = p.canvas;
    ax_pane_kept *kept = malloc(sizeof *kept);
    ax_canvas_cell *cell = ax_pane_save(p);
    if (!kept || !cell) {
        free(kept);
        free(cell);
        return NULL;
    }
    kept->cell = cell;
    kept->pictures = 0;
    for (int i = 0; i < c->pictures; i++)
        if (is_inside(c->picture[i].at, p.at)) {
            ax_raster *to = &kept->picture[kept->pictures++];
            *to = c->picture[i];
            to->at.row -= p.at.row;
            to->at.col -= p.at.col;
            c->picture[i].owned = NULL;
        }
    return kept;
}

void ax_pane_put_back(ax_pane p, ax_pane_kept *kept)
{
    ax_pane_restore(p, kept->cell);
    for (int i = 0; i < kept->pictures; i++)
        ax_pane_picture(p, &kept->picture[i]);
    free(kept->cell);
    free(kept);
}

bool ax_pane_is_blank(ax_pane p, int row, int col)
{
    const ax_canvas_cell *cell = cell_at(p, row, col);
    return cell && cell->code == ' ';
}

void ax_pane_clear(ax_pane p)
{
    for (int r = 0; r < p.at.rows; r++)
        for (int c = 0; c < p.at.cols; c++)
            ax_pane_put(p, r, c, ' ', AX_ROLE_TEXT);
}
