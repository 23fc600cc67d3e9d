#include "tui/term/delta_pen.h"

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

/* A sequence without its final byte; formatted by hand, since thousands are compared for a picture. */
typedef struct sequence {
    char text[4 * AX_SGR];
    size_t n;
} sequence;

static void add_parameter(sequence *to, const char *parameter)
{
    size_t n = strlen(parameter);
    if (to->n > 2 && to->text[to->n - 1] != ';')
        to->text[to->n++] = ';';
    if (to->n + n > sizeof to->text - 1)
        return;
    memcpy(to->text + to->n, parameter, n);
    to->n += n;
}

static void add_color(sequence *to, const ax_delta_terminal *t, int color, bool background)
{
    char text[AX_SGR];
    if (color >= 0)
        t->color(color, background, text);
    add_parameter(to, color >= 0 ? text : background ? "49" : "39");
}

/* Appends the parameters of what `pen` has and `from` lacks; what `from` has besides must be colours. */
static void add_new(sequence *to, const ax_delta_terminal *t, const ax_pen *from, const ax_pen *pen)
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

/* The shorter of two sequences from a pen to another; n = 0 when they are the same. */
static sequence sequence_to(const ax_delta_terminal *t, const ax_pen *from, const ax_pen *pen)
{
    sequence fresh = { "\033[", 2 }, more = { "\033[", 2 };
    const ax_pen normal = ax_pen_normal();
    if (ax_pen_same(from, pen))
        return (sequence) { .n = 0 };
    /* ESC [ m alone sets the normal pen; so does a first parameter that is empty */
    if (!ax_pen_same(pen, &normal)) {
        fresh.text[fresh.n++] = ';';
        add_new(&fresh, t, &normal, pen);
    }
    if ((from->bold && !pen->bold) || (from->dim && !pen->dim) || (from->reverse && !pen->reverse))
        return fresh;
    add_new(&more, t, from, pen);
    return fresh.n < more.n ? fresh : more;
}

void ax_hand_take(ax_hand *h, const ax_delta_terminal *t, const ax_pen *pen, ax_str *out)
{
    ax_pen taken = *pen;
    if (pen->fg == AX_PEN_ANY) { /* and the foreground of a blank can't be seen */
        taken.fg = h->pen.fg;
        taken.bold = h->pen.bold;
        taken.dim = h->pen.dim;
    }
    sequence seq = sequence_to(t, &h->pen, &taken);
    if (seq.n) {
        seq.text[seq.n++] = 'm';
        ax_str_bytes(out, seq.text, seq.n);
    }
    h->pen = taken;
}

int ax_hand_take_bytes(const ax_delta_terminal *t, const ax_pen *from, const ax_pen *to)
{
    sequence seq = sequence_to(t, from, to);
    return seq.n ? (int)seq.n + 1 : 0;
}
