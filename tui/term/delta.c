#include "tui/term/delta.h"

#include "engine/base/utf8.h"
#include "tui/term/delta_runs.h"

#include <stdlib.h>
#include <string.h>

/* ---- scrolling ---- */

/* Counts the cells that differ; with `most` of them it stops. */
static int differences(const ax_canvas_cell *a, const ax_canvas_cell *b, int cols, int most)
{
    int n = 0;
    for (int k = 0; k < cols && n < most; k++)
        n += !ax_delta_same(&a[k], &b[k]);
    return n;
}

/* Finds the rows that are best scrolled by one: up when a row is to show what the next one does, else down. False:
   none. This is a guess from the number of cells; trying it tells the cost in bytes. */
static bool find_scroll(const ax_delta_sheet *s, int by, int *first, int *last)
{
    /* bytes of a cell that is sent alone; a gain that never paid for the sequences that scroll, some 20 bytes */
    enum { SCATTERED = 3, LEAST = 40 };
    int sum = 0, from = 0, best = LEAST;
    size_t cols = (size_t)s->cols;
    for (int i = 0; i + 1 < s->rows; i++) {
        int row = by > 0 ? i : s->rows - 1 - i;
        const ax_canvas_cell *now = s->now + (size_t)row * cols, *shown = s->shown + (size_t)row * cols;
        const ax_canvas_cell *next = by > 0 ? shown + cols : shown - cols, *end = by > 0 ? now + cols : now - cols;
        if (sum <= 0) {
            sum = 0;
            from = i;
            if (!memcmp(now, shown, cols * sizeof *now))
                continue; /* nothing is gained by beginning with a row that stays as it is */
        }
        int saved = differences(now, shown, s->cols, s->cols), pays = saved + (sum + SCATTERED - 1) / SCATTERED;
        sum += SCATTERED * (saved - differences(now, next, s->cols, pays));
        if (sum <= 0)
            continue;
        /* the row that comes in is sent whole */
        int blanks = 0;
        for (int k = 0; k < s->cols; k++)
            blanks += ax_delta_blank(&end[k]);
        int gain = sum + SCATTERED * differences(end, next, s->cols, s->cols) - (s->cols - blanks);
        if (gain > best) {
            best = gain;
            *first = by > 0 ? from : s->rows - 1 - (i + 1);
            *last = by > 0 ? i + 1 : s->rows - 1 - from;
        }
    }
    return best > LEAST;
}

/* Scrolls rows first to last. Setting margins moves the cursor to the top left. */
static void scroll(const ax_delta_sheet *s, int by, int first, int last, ax_str *out)
{
    size_t cols = (size_t)s->cols, n = (size_t)(last - first) * cols;
    ax_canvas_cell *top = s->shown + (size_t)first * cols;
    ax_str_printf(out, "\033[%d;%dr", first + 1, last + 1);
    if (s->terminal->scrolls_anywhere)
        ax_str_add(out, by > 0 ? "\033[S" : "\033[T");
    else
        ax_str_printf(out, "\033[%dH%s", by > 0 ? last + 1 : first + 1, by > 0 ? "\n" : "\033M");
    ax_str_printf(out, "\033[1;%dr", s->rows); /* some emulators misread ESC [ r */
    memmove(by > 0 ? top : top + cols, by > 0 ? top + cols : top, n * sizeof *top);
    for (size_t k = 0; k < cols; k++)
        (by > 0 ? top + n : top)[k] = (ax_canvas_cell) { .code = ' ', .role = AX_ROLE_TEXT };
}

/* ---- sending ---- */

static void send_cell(const ax_canvas_cell *cell, ax_str *out)
{
    char text[8];
    ax_str_bytes(out, text, ax_utf8_encode(cell->code, text));
}

static void send_cells(const ax_delta_run *r, ax_str *out)
{
    for (int k = 0; k < r->n; k++) {
        int blanks = ax_pen_hides(&r->pen) ? ax_delta_blanks(r->cell + k, r->n - k) : 0;
        if (blanks >= AX_DELTA_ERASE) {
            ax_str_printf(out, "\033[%dX", blanks);
            k += blanks - 1;
            if (k + 1 < r->n)
                ax_str_printf(out, "\033[%dC", blanks);
        } else {
            send_cell(&r->cell[k], out);
        }
    }
}

/* Of the two pens that can show a run of half blocks, the one that is cheaper after `from`. */
static ax_pen half_pen(const ax_delta_sheet *s, const ax_pen *from, const ax_delta_run *r)
{
    ax_pen other = { .fg = r->pen.bg, .bg = r->pen.fg };
    return r->pen.fg == AX_PEN_ANY ||
                   ax_hand_take_bytes(s->terminal, from, &r->pen) + ax_delta_half_bytes(s, &r->pen, r) <=
                       ax_hand_take_bytes(s->terminal, from, &other) + ax_delta_half_bytes(s, &other, r)
               ? r->pen
               : other;
}

static void send_halves(const ax_delta_sheet *s, const ax_pen *pen, const ax_delta_run *r, ax_str *out)
{
    for (int k = 0; k < r->n; k++) {
        char text[8];
        ax_str_bytes(out, text, ax_utf8_encode(ax_delta_half(s, pen, &r->cell[k]), text));
    }
}

static ax_hand send_runs(const ax_delta_sheet *s, const ax_delta_runs *all, ax_hand hand, ax_str *out)
{
    const ax_pen normal = ax_pen_normal();
    for (size_t i = 0; i < all->n; i++) {
        const ax_delta_run *r = &all->of[i];
        int over;
        ax_delta_reach(s, &hand, r, &over);
        ax_hand_go(&hand, s->terminal, r->row, r->col - over, out);
        ax_pen pen = r->halves ? half_pen(s, &hand.pen, r) : r->pen;
        ax_hand_take(&hand, s->terminal, &pen, out);
        for (int k = over; k > 0; k--)
            send_cell(&r->cell[-k], out);
        if (r->clears)
            ax_str_add(out, "\033[K");
        else if (r->halves)
            send_halves(s, &pen, r, out);
        else
            send_cells(r, out);
        hand.col = r->end;
        hand.row = r->end < 0 ? -1 : r->row;
    }
    ax_hand_take(&hand, s->terminal, &normal, out);
    return hand;
}

/* ---- the best way ---- */

typedef struct way {
    ax_str text;
    ax_hand at; /* afterwards */
} way;

/* Sends runs; replaces the best way when this one is shorter. False: no memory. */
static bool try_runs(const ax_delta_sheet *s, const ax_delta_runs *all, const char *before, ax_hand at, way *best)
{
    way one = { .at = at };
    ax_str_init(&one.text, 0);
    ax_str_add(&one.text, before);
    one.at = send_runs(s, all, at, &one.text);
    bool good = !all->failed && ax_str_ok(&one.text),
         better = good && (!best->text.len || one.text.len < best->text.len);
    ax_str_release(better ? &best->text : &one.text);
    if (better)
        *best = one;
    return good;
}

/* Sends what differs from s->shown, row by row and in a shorter order. False: no memory. */
static bool try_orders(const ax_delta_sheet *s, const char *before, ax_hand at, way *best)
{
    ax_delta_runs all = { .n = 0 };
    ax_delta_find(s, &all);
    bool good = try_runs(s, &all, before, at, best) && ax_delta_sort(&all);
    if (good) {
        ax_delta_shorten(s, &all, &at);
        good = try_runs(s, &all, before, at, best);
    }
    free(all.of);
    return good;
}

/* Scrolls first, then goes on as above, on a copy of what is shown. */
static bool try_scrolled(ax_delta_sheet s, int by, way *best)
{
    int first = 0, last = 0;
    ax_str before;
    size_t n = (size_t)s.rows * (size_t)s.cols;
    if (!s.terminal->scrolls || !find_scroll(&s, by, &first, &last))
        return true;
    ax_canvas_cell *copy = malloc(n * sizeof *copy);
    if (!copy)
        return false;
    s.shown = memcpy(copy, s.shown, n * sizeof *copy);
    ax_str_init(&before, 0);
    scroll(&s, by, first, last, &before);
    ax_hand home = { .pen = ax_pen_normal() };
    bool good = ax_str_ok(&before) && try_orders(&s, before.text, home, best);
    ax_str_release(&before);
    free(copy);
    return good;
}

ax_code ax_delta(const ax_delta_terminal *t, const ax_theme *theme, const ax_canvas_cell *now, ax_canvas_cell *shown,
                 int rows, int cols, uint32_t fixed, ax_hand *at, ax_str *out, ax_err *err)
{
    ax_delta_sheet s = { t, theme, now, shown, rows, cols, fixed, { { 0 } } };
    ax_delta_start(&s);
    way best = { .at = *at };
    ax_str_init(&best.text, 0);
    bool good = try_orders(&s, "", *at, &best) && try_scrolled(s, 1, &best) && try_scrolled(s, -1, &best);
    if (good)
        ax_str_bytes(out, best.text.text, best.text.len);
    *at = best.at;
    for (size_t i = 0; i < (size_t)rows * (size_t)cols && good; i++)
        if (!ax_delta_same(&now[i], &shown[i]))
            shown[i] = now[i];
    ax_str_release(&best.text);
    return good && ax_str_ok(out) ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for the screen");
}
