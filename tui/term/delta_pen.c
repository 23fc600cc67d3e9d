#include "tui/term/delta_pen.h"

#include <limits.h>
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
    if (pen->fg != from->fg && pen->fg != AX_PEN_ANY)
        add_color(to, t, pen->fg, false);
    if (pen->bg != from->bg)
        add_color(to, t, pen->bg, true);
}

/* The shorter one of two ways from a pen to another, without its end; "" when they are the same. */
static void take_text(const ax_delta_terminal *t, const ax_pen *from, const ax_pen *pen, char out[static SEQUENCE])
{
    char fresh[SEQUENCE] = "\033[", more[SEQUENCE] = "\033[";
    const ax_pen normal = ax_pen_normal();
    out[0] = '\0';
    if (ax_pen_same(from, pen))
        return;
    if (!ax_pen_same(pen, &normal)) { /* ESC [ m alone is the normal one */
        add_parameter(fresh, "0");
        add_new(fresh, t, &normal, pen);
    }
    add_new(more, t, from, pen);
    bool lost = (from->bold && !pen->bold) || (from->dim && !pen->dim) || (from->reverse && !pen->reverse);
    memcpy(out, lost || strlen(fresh) < strlen(more) ? fresh : more, SEQUENCE);
}

void ax_hand_take(ax_hand *h, const ax_delta_terminal *t, const ax_pen *pen, ax_str *out)
{
    char text[SEQUENCE];
    ax_pen taken = *pen;
    if (pen->fg == AX_PEN_ANY) { /* neither can what a blank's letter would look like */
        taken.fg = h->pen.fg;
        taken.bold = h->pen.bold;
        taken.dim = h->pen.dim;
    }
    take_text(t, &h->pen, &taken, text);
    if (text[0])
        ax_str_printf(out, "%sm", text);
    h->pen = taken;
}

int ax_hand_take_bytes(const ax_delta_terminal *t, const ax_pen *from, const ax_pen *to)
{
    char text[SEQUENCE];
    take_text(t, from, to, text);
    return text[0] ? (int)strlen(text) + 1 : 0;
}

/* ---- the place ---- */

ax_hand ax_hand_lost(void)
{
    return (ax_hand) { .row = -1, .pen = ax_pen_normal() };
}

/* Bytes of a number, and of "ESC [ n X", where n = 1 is left out; 0 when there is nothing to go. */
static int digits(int n)
{
    return n < 10 ? 1 : 1 + digits(n / 10);
}

static int by_bytes(int n)
{
    return n <= 0 ? 0 : n == 1 ? 3 : 3 + digits(n);
}

static void add_by(ax_str *out, int n, char letter)
{
    if (n > 1)
        ax_str_printf(out, "\033[%d%c", n, letter);
    else if (n == 1)
        ax_str_printf(out, "\033[%c", letter);
}

/* Line feeds are as good as ESC [ n B, and shorter. */
static bool feeds(const ax_delta_terminal *t, int down)
{
    return t->line_feed && down > 0 && down <= by_bytes(down);
}

static int rows_bytes(const ax_delta_terminal *t, int down)
{
    return feeds(t, down) ? down : by_bytes(down < 0 ? -down : down);
}

static void add_rows(const ax_delta_terminal *t, int down, ax_str *out)
{
    if (feeds(t, down))
        ax_str_bytes(out, "\n\n\n\n\n", (size_t)down);
    else
        add_by(out, down < 0 ? -down : down, down < 0 ? 'A' : 'B');
}

/* Ways to a cell; all but the first go to its row, and then: by so many columns, to a column, back, or from the left.
 */
typedef enum way { PLACE, COLUMNS, COLUMN, BACK, LEFT, WAYS } way;
enum { FEW = 4 }; /* columns back, or from the left */

/* The shortest way, and its bytes. */
static way shortest(const ax_hand *h, const ax_delta_terminal *t, int row, int col, int *bytes)
{
    int right = col - h->col, rows = h->row < 0 ? 0 : rows_bytes(t, row - h->row);
    const int of[WAYS] = { [PLACE] = col ? 4 + digits(row + 1) + digits(col + 1) : 3 + digits(row + 1),
                           [COLUMNS] = rows + by_bytes(right < 0 ? -right : right),
                           [COLUMN] = rows + 3 + digits(col + 1),
                           [BACK] = right < 0 && right >= -FEW ? rows - right : INT_MAX,
                           [LEFT] = col < FEW ? rows + 1 + by_bytes(col) : INT_MAX };
    way best = PLACE;
    for (way w = COLUMNS; w < WAYS && h->row >= 0; w++)
        best = of[w] < of[best] ? w : best;
    *bytes = of[best];
    return best;
}

int ax_hand_go_bytes(const ax_hand *h, const ax_delta_terminal *t, int row, int col)
{
    int bytes;
    shortest(h, t, row, col, &bytes);
    return bytes;
}

void ax_hand_go(ax_hand *h, const ax_delta_terminal *t, int row, int col, ax_str *out)
{
    int bytes, right = col - h->col;
    way w = shortest(h, t, row, col, &bytes);
    if (w == PLACE)
        ax_str_printf(out, col ? "\033[%d;%dH" : "\033[%dH", row + 1, col + 1);
    else
        add_rows(t, row - h->row, out);
    if (w == COLUMNS)
        add_by(out, right < 0 ? -right : right, right < 0 ? 'D' : 'C');
    else if (w == COLUMN)
        ax_str_printf(out, "\033[%dG", col + 1);
    else if (w == BACK)
        ax_str_bytes(out, "\b\b\b\b", (size_t)-right);
    else if (w == LEFT)
        ax_str_add(out, "\r");
    if (w == LEFT)
        add_by(out, col, 'C');
    h->row = row;
    h->col = col;
}
