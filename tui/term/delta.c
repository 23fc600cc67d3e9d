#include "tui/term/delta.h"

#include "engine/base/grow.h"
#include "engine/base/utf8.h"
#include "tui/term/delta_pen.h"

#include <stdlib.h>
#include <string.h>

/* Cells in a row that are sent one after another, in one pen. */
typedef struct run {
    const ax_canvas_cell *cell;
    int row, col, n;
    bool clears; /* to the end of the row: its cells are blank, and nothing is right of them */
    ax_pen pen;
} run;

typedef struct runs {
    run *of;
    size_t n, cap;
    bool failed;
} runs;

/* ---- what is alike ---- */

bool ax_delta_plain(uint8_t role)
{
    return role != AX_ROLE_BAR && role != AX_ROLE_SELECTED && role != AX_ROLE_PIXEL;
}

bool ax_delta_blank(const ax_canvas_cell *c)
{
    return c->code == ' ' && ax_delta_plain(c->role);
}

bool ax_delta_same(const ax_canvas_cell *a, const ax_canvas_cell *b)
{
    return !memcmp(a, b, sizeof *a) || (ax_delta_blank(a) && ax_delta_blank(b));
}

static int differences(const ax_canvas_cell *a, const ax_canvas_cell *b, int cols)
{
    int n = 0;
    for (int k = 0; k < cols; k++)
        n += !ax_delta_same(&a[k], &b[k]);
    return n;
}

static int bytes_of(uint32_t code)
{
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/* ---- runs ---- */

typedef struct sheet {
    const ax_delta_terminal *terminal;
    const ax_theme *theme;
    const ax_canvas_cell *now;
    ax_canvas_cell *shown;
    int rows, cols;
    uint32_t fixed;
} sheet;

static void add_run(runs *r, run one)
{
    run *of = ax_grow(r->of, r->n, &r->cap, sizeof *of);
    r->failed = r->failed || !of;
    if (!of)
        return;
    r->of = of;
    r->of[r->n++] = one;
}

enum { BRIDGE = 4, CLEAR = 3 }; /* bytes that going over unchanged cells takes; that clearing to the end does */

static int blanks_from(const ax_canvas_cell *cell, int n)
{
    int k = 0;
    while (k < n && ax_delta_blank(&cell[k]))
        k++;
    return k;
}

/* The run from a changed cell on; it ends with its last changed one. Blanks are of any pen that can't be seen on them.
 */
static run run_from(const sheet *s, int row, int col)
{
    const ax_canvas_cell *now = s->now + (size_t)row * (size_t)s->cols;
    const ax_canvas_cell *shown = s->shown + (size_t)row * (size_t)s->cols;
    run r = { .cell = now + col, .row = row, .col = col, .n = 1, .pen = ax_pen_normal() };
    bool known = false;
    int bridge = 0; /* bytes of cells that haven't changed, since the last one that has */
    for (int k = col; k < s->cols; k++) {
        ax_pen pen = ax_pen_of(s->terminal, s->theme, &now[k]);
        bool changed = !ax_delta_same(&now[k], &shown[k]);
        bridge = changed ? 0 : bridge + bytes_of(now[k].code);
        if (bridge > BRIDGE || (!changed && now[k].code == s->fixed))
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
    r.clears = r.n > CLEAR && blanks_from(now + col, s->cols - col) == s->cols - col;
    return r;
}

static void find_runs(const sheet *s, runs *out)
{
    for (int row = 0; row < s->rows; row++) {
        size_t at = (size_t)row * (size_t)s->cols;
        for (int k = 0; k < s->cols; k++) {
            if (ax_delta_same(&s->now[at + (size_t)k], &s->shown[at + (size_t)k]))
                continue;
            run r = run_from(s, row, k);
            add_run(out, r);
            k = r.clears ? s->cols : k + r.n - 1;
        }
    }
}

/* ---- scrolling ---- */

/* The rows that are best scrolled by one: up when a row is to show what the next one does, else down. False: none, by
   a guess from the number of cells; what it comes to in bytes is seen when it is tried. */
static bool find_scroll(const sheet *s, int by, int *first, int *last)
{
    enum { SCATTERED = 3 }; /* bytes of a cell that is sent by itself */
    int sum = 0, from = 0, best = 0;
    size_t cols = (size_t)s->cols;
    for (int i = 0; i + 1 < s->rows; i++) {
        int row = by > 0 ? i : s->rows - 1 - i;
        const ax_canvas_cell *now = s->now + (size_t)row * cols, *shown = s->shown + (size_t)row * cols;
        const ax_canvas_cell *next = by > 0 ? shown + cols : shown - cols, *end = by > 0 ? now + cols : now - cols;
        if (sum <= 0) {
            sum = 0;
            from = i;
        }
        sum += SCATTERED * (differences(now, shown, s->cols) - differences(now, next, s->cols));
        /* the row that comes in is sent whole */
        int blanks = 0;
        for (int k = 0; k < s->cols; k++)
            blanks += ax_delta_blank(&end[k]);
        int gain = sum + SCATTERED * differences(end, next, s->cols) - (s->cols - blanks);
        if (gain > best) {
            best = gain;
            *first = by > 0 ? from : s->rows - 1 - (i + 1);
            *last = by > 0 ? i + 1 : s->rows - 1 - from;
        }
    }
    return best > 0;
}

static void scroll(const sheet *s, int by, int first, int last, ax_str *out)
{
    size_t cols = (size_t)s->cols, n = (size_t)(last - first) * cols;
    ax_canvas_cell *top = s->shown + (size_t)first * cols;
    ax_str_printf(out, "\033[%d;%dr", first + 1, last + 1);
    ax_str_printf(out, "\033[%dH%s\033[1;%dr", by > 0 ? last + 1 : first + 1, by > 0 ? "\n" : "\033M", s->rows);
    memmove(by > 0 ? top : top + cols, by > 0 ? top + cols : top, n * sizeof *top);
    for (size_t k = 0; k < cols; k++)
        (by > 0 ? top + n : top)[k] = (ax_canvas_cell) { .code = ' ', .role = AX_ROLE_TEXT };
}

/* ---- sending ---- */

static void send_cells(const run *r, ax_hand *hand, ax_str *out)
{
    enum { ERASE = 9 }; /* blanks from which ESC [ n X ESC [ n C is shorter */
    for (int k = 0; k < r->n; k++) {
        int blanks = ax_pen_hides(&r->pen) ? blanks_from(r->cell + k, r->n - k) : 0;
        if (blanks >= ERASE) {
            ax_str_printf(out, "\033[%dX", blanks);
            k += blanks - 1;
            if (k + 1 < r->n)
                ax_str_printf(out, "\033[%dC", blanks);
            else
                hand->col -= blanks; /* the cursor stays before them */
        } else {
            char text[8];
            ax_str_bytes(out, text, ax_utf8_encode(r->cell[k].code, text));
        }
    }
}

static void send_run(const sheet *s, const run *r, ax_hand *hand, ax_str *out)
{
    ax_hand_go(hand, s->terminal, r->row, r->col, out);
    ax_hand_take(hand, s->terminal, &r->pen, out);
    if (r->clears) {
        ax_str_add(out, "\033[K");
        return;
    }
    hand->col += r->n;
    send_cells(r, hand, out);
    if (hand->col >= s->cols) /* a cursor at the end of a row may already be thought to be in the next one */
        hand->row = -1;
}

/* The runs of a pen; NULL: all, row by row. */
static void send_runs_of(const sheet *s, const runs *all, const ax_pen *pen, ax_hand *hand, ax_str *out)
{
    for (size_t i = 0; i < all->n; i++)
        if (!pen || ax_pen_same(&all->of[i].pen, pen))
            send_run(s, &all->of[i], hand, out);
}

enum { PENS = 24 };

/* The pens of the runs, in the order in which they are met; returns how many, 0 = too many. */
static int pens_of(const runs *all, ax_pen pen[static PENS])
{
    int n = 0;
    for (size_t i = 0; i < all->n; i++) {
        int k = 0;
        while (k < n && !ax_pen_same(&pen[k], &all->of[i].pen))
            k++;
        if (k == PENS)
            return 0;
        if (k == n)
            pen[n++] = all->of[i].pen;
    }
    return n;
}

static ax_hand send_runs(const sheet *s, const runs *all, bool by_pen, ax_hand hand, ax_str *out)
{
    ax_pen pen[PENS], normal = ax_pen_normal();
    int n = by_pen ? pens_of(all, pen) : 0;
    for (int i = 0; i < n; i++)
        send_runs_of(s, all, &pen[i], &hand, out);
    if (!n)
        send_runs_of(s, all, NULL, &hand, out);
    ax_hand_take(&hand, s->terminal, &normal, out);
    return hand;
}

/* ---- the best way ---- */

typedef struct way {
    ax_str text;
    ax_hand at; /* afterwards */
} way;

/* Sends what differs from s->shown, and takes the place of the best way when it is shorter. False: no memory. */
static bool try_way(const sheet *s, bool by_pen, const char *before, ax_hand at, way *best)
{
    runs all = { .n = 0 };
    way one = { .at = at };
    ax_str_init(&one.text, 0);
    ax_str_add(&one.text, before);
    find_runs(s, &all);
    one.at = send_runs(s, &all, by_pen, at, &one.text);
    bool good = !all.failed && ax_str_ok(&one.text),
         better = good && (!best->text.len || one.text.len < best->text.len);
    free(all.of);
    ax_str_release(better ? &best->text : &one.text);
    if (better)
        *best = one;
    return good;
}

/* The rows that are scrolled first, then as above, on a copy of what is shown. */
static bool try_scrolled(sheet s, int by, way *best)
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
    bool good = ax_str_ok(&before) && try_way(&s, false, before.text, ax_hand_lost(), best) &&
                try_way(&s, true, before.text, ax_hand_lost(), best);
    ax_str_release(&before);
    free(copy);
    return good;
}

ax_code ax_delta(const ax_delta_terminal *t, const ax_theme *theme, const ax_canvas_cell *now, ax_canvas_cell *shown,
                 int rows, int cols, uint32_t fixed, ax_hand *at, ax_str *out, ax_err *err)
{
    sheet s = { t, theme, now, shown, rows, cols, fixed };
    way best = { .at = *at };
    ax_str_init(&best.text, 0);
    bool good = try_way(&s, false, "", *at, &best) && try_way(&s, true, "", *at, &best) && try_scrolled(s, 1, &best) &&
                try_scrolled(s, -1, &best);
    if (good)
        ax_str_bytes(out, best.text.text, best.text.len);
    *at = best.at;
    for (size_t i = 0; i < (size_t)rows * (size_t)cols && good; i++)
        if (!ax_delta_same(&now[i], &shown[i]))
            shown[i] = now[i];
    ax_str_release(&best.text);
    return good && ax_str_ok(out) ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for the screen");
}
