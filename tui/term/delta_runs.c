#include "tui/term/delta_runs.h"

#include "engine/base/grow.h"
#include "tui/term/delta.h"

#include <string.h>

void ax_delta_start(ax_delta_sheet *s)
{
    if (s->terminal->ways->tab_stops != s->terminal->tab_stops)
        *s->terminal->ways = (ax_delta_ways) { .tab_stops = s->terminal->tab_stops };
    for (int role = 0; role < AX_ROLE_COUNT; role++) {
        ax_canvas_cell cell = { .role = (uint8_t)role };
        s->pen[role] = ax_pen_of(s->terminal, s->theme, &cell);
    }
}

static ax_pen pen_of(const ax_delta_sheet *s, const ax_canvas_cell *c)
{
    return c->role == AX_ROLE_PIXEL ? ax_pen_of(s->terminal, s->theme, c) : s->pen[c->role];
}

static int bytes_of(uint32_t code)
{
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/* ---- runs ---- */

static void add_run(ax_delta_runs *r, ax_delta_run one)
{
    ax_delta_run *of = ax_grow(r->of, r->n, &r->cap, sizeof *of);
    r->failed = r->failed || !of;
    if (!of)
        return;
    one.place = ax_way_place(one.row, one.col);
    r->of = of;
    r->of[r->n++] = one;
}

/* Most bytes of unchanged cells inside a run, and inside one of half blocks; most of those that are written again on
   the way to a run, since any place of its row takes no more; bytes that clear the rest of a row. */
enum { BRIDGE = 2, HALVES_BRIDGE = 4, OVER = 4, CLEAR = 3 };

int ax_delta_blanks(const ax_canvas_cell *cell, int n)
{
    int k = 0;
    while (k < n && ax_delta_blank(&cell[k]))
        k++;
    return k;
}

/* Where the cursor is after a run: before blanks at its end that are erased; unknown at the end of a row, where
   terminals differ. */
static int end_of(const ax_delta_run *r, int cols)
{
    int blanks = 0;
    while (ax_pen_hides(&r->pen) && blanks < r->n && ax_delta_blank(&r->cell[r->n - 1 - blanks]))
        blanks++;
    int end = r->col + r->n - (blanks >= AX_DELTA_ERASE ? blanks : 0);
    return end < cols ? end : -1;
}

/* ---- pixels ---- */

enum { UPPER = 0x2580, LOWER = 0x2584, FULL = 0x2588 };

static bool is_half(const ax_delta_sheet *s, const ax_canvas_cell *c)
{
    return c->role == AX_ROLE_PIXEL && c->code == UPPER && s->terminal->colors;
}

uint32_t ax_delta_half(const ax_delta_sheet *s, const ax_pen *pen, const ax_canvas_cell *cell)
{
    ax_pen own = pen_of(s, cell);
    return own.fg != own.bg ? (own.fg == pen->fg ? UPPER : LOWER) : own.bg == pen->bg ? ' ' : FULL;
}

int ax_delta_half_bytes(const ax_delta_sheet *s, const ax_pen *pen, const ax_delta_run *r)
{
    int n = 0;
    for (int k = 0; k < r->n; k++)
        n += bytes_of(ax_delta_half(s, pen, &r->cell[k]));
    return n;
}

/* Whether two colours are enough for a cell and those before it; fg is AX_PEN_ANY as long as there is only one. */
static bool add_colors(ax_pen *pen, const ax_pen *own)
{
    const int of[] = { own->bg, own->fg };
    for (int i = 0; i < 2; i++) {
        if (of[i] == pen->bg || of[i] == pen->fg)
            continue;
        if (pen->fg != AX_PEN_ANY)
            return false;
        pen->fg = of[i];
    }
    return true;
}

/* The longest run of half blocks that one pair of colours can show. */
static ax_delta_run halves_from(const ax_delta_sheet *s, int row, int col)
{
    size_t at = (size_t)row * (size_t)s->cols;
    const ax_canvas_cell *now = s->now + at, *shown = s->shown + at;
    ax_delta_run r = { .cell = now + col, .row = row, .col = col, .halves = true };
    ax_pen pen = { .fg = AX_PEN_ANY, .bg = pen_of(s, &now[col]).bg };
    int bridge = 0; /* bytes of unchanged cells since the last changed one */
    for (int k = col; k < s->cols && is_half(s, &now[k]) && bridge <= HALVES_BRIDGE; k++) {
        ax_pen own = pen_of(s, &now[k]);
        bool changed = !ax_delta_same(&now[k], &shown[k]);
        if (!add_colors(&pen, &own))
            break;
        bridge = changed ? 0 : bridge + bytes_of(UPPER);
        if (changed) {
            r.n = k - col + 1;
            r.pen = pen;
        }
    }
    ax_pen other = { .fg = r.pen.bg, .bg = r.pen.fg };
    if (r.pen.fg != AX_PEN_ANY && ax_delta_half_bytes(s, &other, &r) < ax_delta_half_bytes(s, &r.pen, &r))
        r.pen = other;
    r.end = end_of(&r, s->cols);
    return r;
}

/* How many cells left of a run its pen may write again on the way to it. */
static int count_over(const ax_delta_sheet *s, const ax_delta_run *r)
{
    int k = 0;
    for (int bytes = 0; k < r->col; k++) {
        const ax_canvas_cell *c = r->cell - k - 1;
        ax_pen pen = pen_of(s, c);
        bytes += bytes_of(c->code);
        if (bytes > OVER || is_half(s, c) || c->code == s->fixed ||
            !(ax_delta_blank(c) ? ax_pen_hides(&r->pen) : ax_pen_same(&pen, &r->pen)))
            break;
    }
    return k;
}

/* The run that begins at a changed cell; it ends with a changed one. A blank fits any pen that can't be seen on it.
   last: the end of what has changed in the row. */
static ax_delta_run run_from(const ax_delta_sheet *s, int row, int col, int last)
{
    const ax_canvas_cell *now = s->now + (size_t)row * (size_t)s->cols;
    const ax_canvas_cell *shown = s->shown + (size_t)row * (size_t)s->cols;
    ax_delta_run r = { .cell = now + col, .row = row, .col = col, .n = 1, .pen = ax_pen_normal() };
    bool known = false;
    int bridge = 0; /* bytes of unchanged cells since the last changed one */
    for (int k = col; k < s->cols; k++) {
        ax_pen pen = pen_of(s, &now[k]);
        bool changed = !ax_delta_same(&now[k], &shown[k]);
        bridge = changed ? 0 : bridge + bytes_of(now[k].code);
        if (is_half(s, &now[k]) || bridge > BRIDGE || (!changed && now[k].code == s->fixed))
            break;
        if (ax_delta_blank(&now[k]) ? !ax_pen_hides(&r.pen)
            : known                 ? !ax_pen_same(&pen, &r.pen)
                                    : k > col && !ax_pen_hides(&pen))
            break;
        if (!ax_delta_blank(&now[k])) {
            known = true;
            r.pen = pen;
        }
        r.n = changed ? k - col + 1 : r.n;
    }
    r.over = count_over(s, &r);
    r.clears = last - col > CLEAR && ax_delta_blanks(now + col, s->cols - col) == s->cols - col;
    r.end = r.clears ? col : end_of(&r, s->cols);
    return r;
}

void ax_delta_find(const ax_delta_sheet *s, ax_delta_runs *out)
{
    for (int row = 0; row < s->rows; row++) {
        size_t at = (size_t)row * (size_t)s->cols;
        const ax_canvas_cell *now = s->now + at, *shown = s->shown + at;
        int last = s->cols;
        while (last > 0 && ax_delta_same(&now[last - 1], &shown[last - 1]))
            last--;
        for (int k = 0; k < last; k++) {
            if (ax_delta_same(&now[k], &shown[k]))
                continue;
            ax_delta_run r = is_half(s, &now[k]) ? halves_from(s, row, k) : run_from(s, row, k, last);
            add_run(out, r);
            k = r.clears ? s->cols : k + r.n - 1;
        }
    }
}

/* ---- on the way to a run ---- */

static int columns_bytes(const ax_delta_sheet *s, int from, int to)
{
    if (from == to || from >= AX_DELTA_WAYS || to >= AX_DELTA_WAYS)
        return ax_way_columns(s->terminal, from, to);
    uint8_t *known = &s->terminal->ways->bytes[from][to];
    *known = *known ? *known : (uint8_t)ax_way_columns(s->terminal, from, to);
    return *known;
}

int ax_delta_reach(const ax_delta_sheet *s, const ax_hand *from, const ax_delta_run *r, int *over)
{
    int best = r->place;
    *over = 0;
    if (from->row < 0)
        return best;
    for (int k = 0, bytes = ax_way_rows(s->terminal, r->row - from->row); k <= r->over; k++) {
        bytes += k ? bytes_of(r->cell[-k].code) : 0;
        if (bytes >= best)
            break; /* nothing shorter follows */
        int n = bytes + columns_bytes(s, from->col, r->col - k);
        if (n < best) {
            best = n;
            *over = k;
        }
    }
    return best;
}
