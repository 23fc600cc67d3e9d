#include "tui/term/delta_pen.h"

#include <stdio.h>
#include <string.h>

ax_pen ax_pen_normal(void)
{
    return (ax_pen) { .fg = -1, .bg = -1 };
}

ax_pen ax_pen_of(const ax_delta_terminal *t, const ax_theme *theme, const ax_canvas_cell *cell)
{
    if (cell->role == AX_ROLE_PIXEL)
        return t->colors ? (ax_pen) { .fg = ax_theme_fit(cell->fg, t->colors), .bg = ax_theme_fit(cell->bg, t->colors) }
                         : ax_pen_normal();
    ax_look look = ax_look_of(theme, (ax_role)cell->role);
    return (ax_pen) { .fg = t->colors ? ax_theme_fit(look.color, t->colors) : -1,
                      .bg = -1,
                      .bold = look.bold && t->has_bold,
                      .dim = look.dim && t->has_dim,
                      .reverse = look.reverse && t->has_reverse };
}

bool ax_pen_same(const ax_pen *a, const ax_pen *b)
{
    return a->fg == b->fg && a->bg == b->bg && a->bold == b->bold && a->dim == b->dim && a->reverse == b->reverse;
}

bool ax_pen_hides(const ax_pen *p)
{
    return p->bg < 0 && !p->reverse;
}

/* ---- the pen ---- */

enum { SEQUENCE = 4 * AX_SGR };

static void add_parameter(char *to, const char *parameter)
{
    size_t n = strlen(to);
    snprintf(to + n, SEQUENCE - n, "%s%s", n > 2 ? ";" : "", parameter);
}

static void add_color(char *to, const ax_delta_terminal *t, int color, bool background)
{
    char text[AX_SGR];
    if (color < 0)
        snprintf(text, sizeof text, background ? "49" : "39");
    else
        t->color(color, background, text);
    add_parameter(to, text);
}

/* What `pen` has and `from` hasn't; what it hasn't and `from` has must be colours. */
static void add_new(char *to, const ax_delta_terminal *t, const ax_pen *from, const ax_pen *pen)
{
    if (pen->bold && !from->bold)
        add_parameter(to, "1");
    if (pen->dim && !from->dim)
        add_parameter(to, "2");
    if (pen->reverse && !from->reverse)
        add_parameter(to, "7");
    if (pen->fg != from->fg)
        add_color(to, t, pen->fg, false);
    if (pen->bg != from->bg)
        add_color(to, t, pen->bg, true);
}

void ax_hand_take(ax_hand *h, const ax_delta_terminal *t, const ax_pen *pen, ax_str *out)
{
    char fresh[SEQUENCE] = "\033[", more[SEQUENCE] = "\033[";
    const ax_pen normal = ax_pen_normal(), from = h->pen;
    if (ax_pen_same(&from, pen))
        return;
    if (!ax_pen_same(pen, &normal)) { /* ESC [ m alone is the normal one */
        add_parameter(fresh, "0");
        add_new(fresh, t, &normal, pen);
    }
    add_new(more, t, &from, pen);
    bool lost = (from.bold && !pen->bold) || (from.dim && !pen->dim) || (from.reverse && !pen->reverse);
    ax_str_printf(out, "%sm", lost || strlen(fresh) < strlen(more) ? fresh : more);
    h->pen = *pen;
}

/* ---- the place ---- */

ax_hand ax_hand_lost(void)
{
    return (ax_hand) { .row = -1, .pen = ax_pen_normal() };
}

static void keep_shorter(char best[static 32], const char *other)
{
    if (!best[0] || strlen(other) < strlen(best))
        snprintf(best, 32, "%s", other);
}

/* "ESC [ n X", where n = 1 is left out; "" when there is nothing to go. */
static const char *by(int n, char letter, char text[static 16])
{
    if (n <= 0)
        text[0] = '\0';
    else if (n == 1)
        snprintf(text, 16, "\033[%c", letter);
    else
        snprintf(text, 16, "\033[%d%c", n, letter);
    return text;
}

static const char *down(const ax_delta_terminal *t, int n, char text[static 16])
{
    by(n, 'B', text);
    if (t->line_feed && n > 0 && n <= (int)strlen(text))
        snprintf(text, 16, "%.*s", n, "\n\n\n\n\n");
    return text;
}

void ax_hand_go(ax_hand *h, const ax_delta_terminal *t, int row, int col, ax_str *out)
{
    char best[32] = "", way[32], rows[16], cols[16];
    if (h->row == row && h->col == col)
        return;
    snprintf(best, sizeof best, col ? "\033[%d;%dH" : "\033[%dH", row + 1, col + 1);
    if (h->row >= 0) {
        int right = col - h->col;
        if (row >= h->row)
            down(t, row - h->row, rows);
        else
            by(h->row - row, 'A', rows);
        snprintf(way, sizeof way, "%s%s", rows, by(right > 0 ? right : -right, right > 0 ? 'C' : 'D', cols));
        keep_shorter(best, way);
        snprintf(way, sizeof way, "%s\033[%dG", rows, col + 1);
        keep_shorter(best, way);
        if (right < 0 && right >= -4) {
            snprintf(way, sizeof way, "%s%.*s", rows, -right, "\b\b\b\b");
            keep_shorter(best, way);
        }
        if (col < 4) {
            snprintf(way, sizeof way, "%s\r%s", rows, by(col, 'C', cols));
            keep_shorter(best, way);
        }
    }
    ax_str_add(out, best);
    h->row = row;
    h->col = col;
}
