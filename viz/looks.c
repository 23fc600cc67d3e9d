#include "viz/looks.h"

#include "engine/base/utf8.h"
#include "viz/theme.h"

#include <stdio.h>
#include <string.h>

static bool same_look(const ax_canvas_cell *a, const ax_canvas_cell *b)
{
    return a->role == b->role && a->fg == b->fg && a->bg == b->bg;
}

static int used_cols(const ax_canvas *c, int row)
{
    const ax_canvas_cell *cell = c->cell + (size_t)row * (size_t)c->cols;
    int n = c->cols;
    while (n > 0 && cell[n - 1].code == ' ' && cell[n - 1].role != AX_ROLE_BAR && cell[n - 1].role != AX_ROLE_SELECTED)
        n--;
    return n;
}

/* ---- ANSI ---- */

static void add_color(ax_str *out, int color)
{
    uint8_t rgb[3];
    if (color >= 0 && color < 8)
        ax_str_printf(out, ";3%d", color);
    else if (color >= 8 && color < 256)
        ax_str_printf(out, ";38;5;%d", color);
    if (color < 256)
        return;
    ax_theme_rgb(color, rgb);
    ax_str_printf(out, ";38;2;%d;%d;%d", rgb[0], rgb[1], rgb[2]);
}

void ax_canvas_look(const ax_canvas *c, const ax_canvas_cell *cell, ax_str *out)
{
    const ax_look l = ax_look_of(c->theme, (ax_role)cell->role);
    ax_str_add(out, "\033[0");
    if (cell->role == AX_ROLE_PIXEL)
        ax_str_printf(out, ";38;5;%d;48;5;%d", cell->fg, cell->bg);
    if (l.bold)
        ax_str_add(out, ";1");
    if (l.dim)
        ax_str_add(out, ";2");
    if (l.reverse)
        ax_str_add(out, ";7");
    add_color(out, l.color);
    ax_str_add(out, "m");
}

void ax_canvas_ansi(const ax_canvas *c, ax_str *out)
{
    static const ax_canvas_cell plain = { .code = ' ', .role = AX_ROLE_TEXT };
    for (int r = 0; r < c->rows; r++) {
        const ax_canvas_cell *cell = c->cell + (size_t)r * (size_t)c->cols, *before = &plain;
        int n = used_cols(c, r);
        for (int i = 0; i < n; i++) {
            char buf[5];
            if (!same_look(before, &cell[i]))
                ax_canvas_look(c, &cell[i], out);
            before = &cell[i];
            ax_str_bytes(out, buf, ax_utf8_encode(cell[i].code, buf));
        }
        ax_str_add(out, same_look(before, &plain) ? "\n" : "\033[0m\n");
    }
}

/* ---- SVG ---- */

enum { CELL_WIDTH = 8, CELL_HEIGHT = 17, BASE_LINE = 13, MARGIN = 8 };
static const char paper[] = "#14171c", ink[] = "#d4d7dd", faint[] = "#7d838e";

static void color_text(int color, char out[static 8])
{
    uint8_t rgb[3];
    ax_theme_rgb(color, rgb);
    snprintf(out, 8, "#%02x%02x%02x", rgb[0], rgb[1], rgb[2]);
}

static void colors_of(const ax_canvas *c, const ax_canvas_cell *cell, char fg[static 8], char bg[static 8])
{
    const ax_look l = ax_look_of(c->theme, (ax_role)cell->role);
    snprintf(fg, 8, "%s", l.dim ? faint : ink);
    snprintf(bg, 8, "%s", paper);
    if (cell->role == AX_ROLE_PIXEL) {
        color_text(cell->fg, fg);
        color_text(cell->bg, bg);
    } else if (l.color >= 0) {
        color_text(l.color, fg);
    }
    if (l.reverse) {
        char swap[8];
        memcpy(swap, fg, 8);
        memcpy(fg, bg, 8);
        memcpy(bg, swap, 8);
    }
}

static void add_code(ax_str *out, uint32_t code)
{
    char buf[5];
    size_t n = ax_utf8_encode(code, buf);
    if (code == '&' || code == '<' || code == '>')
        ax_str_add(out, code == '&' ? "&amp;" : code == '<' ? "&lt;" : "&gt;");
    else
        ax_str_bytes(out, buf, n);
}

/* Draws a half block as two rectangles, since the font may lack it. */
static void add_half(ax_str *out, int x, int y, const char *fg, const char *bg)
{
    ax_str_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>", x, y, CELL_WIDTH, 9, fg);
    ax_str_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n", x, y + 9, CELL_WIDTH, 8,
                  bg);
}

/* Appends n cells that look the same. */
static void add_run(const ax_canvas *c, ax_str *out, const ax_canvas_cell *cell, int n, int x, int y)
{
    char fg[8], bg[8];
    bool blank = true;
    colors_of(c, cell, fg, bg);
    for (int i = 0; i < n; i++)
        blank = blank && cell[i].code == ' ';
    if (strcmp(bg, paper) != 0)
        ax_str_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n", x, y, n * CELL_WIDTH,
                      CELL_HEIGHT, bg);
    if (blank)
        return;
    ax_str_printf(out, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" fill=\"%s\"%s>", x, y + BASE_LINE, n * CELL_WIDTH, fg,
                  ax_look_of(c->theme, (ax_role)cell->role).bold ? " font-weight=\"bold\"" : "");
    for (int i = 0; i < n; i++) /* blanks that no viewer joins */
        add_code(out, cell[i].code == ' ' ? 0xa0 : cell[i].code);
    ax_str_add(out, "</text>\n");
}

static void add_row(const ax_canvas *c, int r, ax_str *out)
{
    const ax_canvas_cell *cell = c->cell + (size_t)r * (size_t)c->cols;
    int n = used_cols(c, r), y = MARGIN + r * CELL_HEIGHT;
    for (int i = 0; i < n;) {
        int x = MARGIN + i * CELL_WIDTH, k = i + 1;
        if (cell[i].role == AX_ROLE_PIXEL && cell[i].code == c->glyphs->code[AX_GLYPH_HALF]) {
            char fg[8], bg[8];
            colors_of(c, &cell[i], fg, bg);
            add_half(out, x, y, fg, bg);
        } else {
            while (k < n && same_look(&cell[i], &cell[k]))
                k++;
            add_run(c, out, cell + i, k - i, x, y);
        }
        i = k;
    }
}

void ax_canvas_svg(const ax_canvas *c, const char *title, ax_str *out)
{
    int width = c->cols * CELL_WIDTH + 2 * MARGIN, height = c->rows * CELL_HEIGHT + 2 * MARGIN;
    ax_str_printf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
                  "font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"13\">\n<title>",
                  width, height, width, height);
    for (const char *at = title; *at;) {
        uint32_t code;
        at += ax_utf8_decode(at, &code);
        add_code(out, code < 0x20 ? '?' : code);
    }
    ax_str_printf(out, "</title>\n<rect width=\"%d\" height=\"%d\" rx=\"6\" fill=\"%s\"/>\n", width, height, paper);
    for (int r = 0; r < c->rows; r++)
        add_row(c, r, out);
    ax_str_add(out, "</svg>\n");
}
