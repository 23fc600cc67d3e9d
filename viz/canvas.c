#include "viz/canvas.h"

#include "engine/base/utf8.h"

#include <stdlib.h>

void ax_canvas_init(ax_canvas *c, const ax_glyphs *glyphs)
{
    *c = (ax_canvas) { .glyphs = glyphs };
}

void ax_canvas_drop_pictures(ax_canvas *c)
{
    if (!c->pictures)
        return;
    for (int i = 0; i < c->pictures; i++)
        free(c->picture[i].owned);
    c->pictures = 0;
    size_t n = (size_t)c->rows * (size_t)c->cols;
    for (size_t i = 0; i < n; i++)
        c->cell[i].picture = 0;
}

void ax_canvas_release(ax_canvas *c)
{
    ax_canvas_drop_pictures(c);
    free(c->cell);
    ax_canvas_init(c, c->glyphs);
}

void ax_canvas_erase(ax_canvas *c)
{
    ax_canvas_drop_pictures(c);
    size_t n = (size_t)c->rows * (size_t)c->cols;
    for (size_t i = 0; i < n; i++)
        c->cell[i] = (ax_canvas_cell) { .code = ' ', .role = AX_ROLE_TEXT };
}

static int clamp(int v, int most)
{
    return v < 0 ? 0 : v > most ? most : v;
}

ax_code ax_canvas_resize(ax_canvas *c, int rows, int cols, ax_err *err)
{
    rows = clamp(rows, AX_CANVAS_SIDE);
    cols = clamp(cols, AX_CANVAS_SIDE);
    size_t n = (size_t)rows * (size_t)cols;
    ax_canvas_cell *cell = realloc(c->cell, (n ? n : 1) * sizeof *cell);
    if (!cell)
        return ax_fail(err, AX_ENOMEM, "no memory for a screen of %d x %d", cols, rows);
    c->cell = cell;
    c->rows = rows;
    c->cols = cols;
    ax_canvas_erase(c);
    return AX_OK;
}

void ax_canvas_text(const ax_canvas *c, ax_str *out)
{
    for (int r = 0; r < c->rows; r++) {
        const ax_canvas_cell *row = c->cell + (size_t)r * (size_t)c->cols;
        int n = c->cols;
        while (n > 0 && row[n - 1].code == ' ')
            n--;
        for (int i = 0; i < n; i++) {
            char buf[5];
            ax_str_bytes(out, buf, ax_utf8_encode(row[i].code, buf));
        }
        ax_str_add(out, "\n");
    }
}

void ax_canvas_roles(const ax_canvas *c, ax_str *out)
{
    for (int r = 0; r < c->rows; r++) {
        for (int i = 0; i < c->cols; i++) {
            int role = c->cell[(size_t)r * (size_t)c->cols + (size_t)i].role;
            char letter = role == AX_ROLE_TEXT ? '.' : (char)('a' + role - 1);
            ax_str_bytes(out, &letter, 1);
        }
        ax_str_add(out, "\n");
    }
}

static int cube_step(int v)
{
    return v < 48 ? 0 : v < 115 ? 1 : (v - 35) / 40;
}

static int square(int v)
{
    return v * v;
}

uint8_t ax_color_256(uint8_t r, uint8_t g, uint8_t b)
{
    static const int level[6] = { 0, 95, 135, 175, 215, 255 };
    int x = cube_step(r), y = cube_step(g), z = cube_step(b), mean = (r + g + b) / 3;
    int grey = mean < 8 ? 0 : mean > 238 ? 23 : (mean - 3) / 10, shade = 8 + 10 * grey;
    int cube_error = square(level[x] - r) + square(level[y] - g) + square(level[z] - b);
    int grey_error = square(shade - r) + square(shade - g) + square(shade - b);
    return (uint8_t)(grey_error < cube_error ? 232 + grey : 16 + 36 * x + 6 * y + z);
}
