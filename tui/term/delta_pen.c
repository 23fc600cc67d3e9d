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
    snprintf(to + n, SEQUENCE - n, "%s%s", n > 2 && to[n - 1] != ';' ? ";" : "", parameter);
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

/* Appends the parameters of what `pen` has and `from` lacks; what `from` has besides must be colours. */
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

/* The shorter of two sequences from a pen to another, without the final byte; "" when they are the same. */
static void take_text(const ax_delta_terminal *t, const ax_pen *from, const ax_pen *pen, char out[static SEQUENCE])
{
    char fresh[SEQUENCE] = "\033[", more[SEQUENCE] = "\033[";
    const ax_pen normal = ax_pen_normal();
    out[0] = '\0';
    if (ax_pen_same(from, pen))
        return;
    /* ESC [ m alone sets the normal pen; so does a first parameter that is empty */
    if (!ax_pen_same(pen, &normal)) {
        snprintf(fresh, sizeof fresh, "\033[;");
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
    if (pen->fg == AX_PEN_ANY) { /* and the foreground of a blank can't be seen */
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
