/* The order in which runs are sent. The cost of a run depends on where the run before it ends, and in which pen. */
#include "tui/term/delta_runs.h"

#include <stdlib.h>
#include <string.h>

enum {
    PENS = 24,
    RUNS = 128,  /* most runs for which a shorter way is looked for, in quadratic time */
    SEGMENT = 4, /* most runs that change their place at once */
    PASSES = 8
};

static int pen_of(const ax_pen *pen, int n, const ax_pen *p)
{
    int k = 0;
    while (k < n && !ax_pen_same(&pen[k], p))
        k++;
    return k;
}

/* Collects the pens of the runs in the order of the runs. halves: with those of pixels. Returns how many there are, 0 =
   too many. */
static int pens_of(const ax_delta_runs *all, bool halves, ax_pen pen[static PENS])
{
    int n = 0;
    for (size_t i = 0; i < all->n; i++) {
        int k = pen_of(pen, n, &all->of[i].pen);
        if (all->of[i].halves && !halves)
            continue;
        if (k == PENS)
            return 0;
        if (k == n)
            pen[n++] = all->of[i].pen;
    }
    return n;
}

/* ---- by pen ---- */

/* Runs of pixels come last, pairs that share a colour next to each other; the others in the order of their pens. */
typedef struct place {
    int low, high; /* colours of pixels; 0 and the number of the pen */
    size_t at;     /* its place before sorting */
} place;

static int compare_places(const void *a, const void *b)
{
    const place *p = a, *q = b;
    return p->low != q->low     ? (p->low > q->low ? 1 : -1)
           : p->high != q->high ? (p->high > q->high ? 1 : -1)
                                : (p->at > q->at) - (p->at < q->at);
}

static place place_of(const ax_delta_run *r, size_t at, const ax_pen *pen, int n)
{
    int fg = r->pen.fg == AX_PEN_ANY ? r->pen.bg : r->pen.fg, bg = r->pen.bg;
    return r->halves ? (place) { .low = 1 + (fg < bg ? fg : bg), .high = fg < bg ? bg : fg, .at = at }
                     : (place) { .high = pen_of(pen, n, &r->pen), .at = at };
}

bool ax_delta_sort(ax_delta_runs *runs)
{
    ax_pen pen[PENS];
    int n = pens_of(runs, false, pen);
    place *order = malloc((runs->n ? runs->n : 1) * sizeof *order);
    ax_delta_run *of = malloc((runs->n ? runs->n : 1) * sizeof *of);
    bool good = order && of;
    for (size_t i = 0; i < runs->n && good; i++)
        order[i] = place_of(&runs->of[i], i, pen, n);
    if (good)
        qsort(order, runs->n, sizeof *order, compare_places);
    for (size_t i = 0; i < runs->n && good; i++)
        of[i] = runs->of[order[i].at];
    free(order);
    if (good) {
        free(runs->of);
        runs->of = of;
        runs->cap = runs->n;
    } else {
        free(of);
    }
    return good;
}

/* ---- a shorter way ---- */

/* Bytes between two runs: [0][j] from the beginning to run j - 1, [i][0] from run i - 1 to the end. */
typedef struct costs {
    uint8_t between[RUNS + 1][RUNS + 1];
    uint8_t enter[RUNS + 1], leave[RUNS + 1]; /* the fewest bytes to it, and from it */
} costs;

/* An order of runs: at[0] is the beginning, at[n + 1] the end (both 0), and the runs between them count from 1. */
typedef struct path {
    int n;
    uint8_t at[RUNS + 2];
    uint8_t step[RUNS + 2]; /* step[k]: bytes from at[k - 1] to at[k] */
} path;

static void find_costs(const ax_delta_sheet *s, const ax_delta_runs *runs, const ax_hand *from, costs *c)
{
    ax_pen pen[PENS + 1];
    uint8_t change[PENS + 1][PENS + 1];
    int n = pens_of(runs, true, pen);
    pen[n] = ax_pen_normal();
    uint8_t held[RUNS + 1]; /* its pen; that of both ends */
    held[0] = (uint8_t)pen_of(pen, n, &pen[n]);
    for (size_t i = 0; i < runs->n; i++)
        held[i + 1] = (uint8_t)pen_of(pen, n, &runs->of[i].pen);
    memset(c->enter, UINT8_MAX, sizeof c->enter);
    memset(c->leave, UINT8_MAX, sizeof c->leave);
    for (int i = 0; i <= n; i++)
        for (int k = 0; k <= n; k++)
            change[i][k] = (uint8_t)ax_hand_take_bytes(s->terminal, &pen[i], &pen[k]);
    for (size_t i = 0; i <= runs->n; i++) {
        const ax_delta_run *a = i ? &runs->of[i - 1] : NULL;
        ax_hand hand = a ? (ax_hand) { .row = a->end < 0 ? -1 : a->row, .col = a->end } : *from;
        for (size_t k = 0; k <= runs->n; k++) {
            const ax_delta_run *b = k ? &runs->of[k - 1] : NULL;
            int over, go = b ? ax_delta_reach(s, &hand, b, &over) : 0;
            uint8_t bytes = (uint8_t)(go + change[held[i]][held[k]]);
            c->between[i][k] = bytes;
            c->enter[k] = bytes < c->enter[k] ? bytes : c->enter[k];
            c->leave[i] = bytes < c->leave[i] ? bytes : c->leave[i];
        }
    }
}

static void find_steps(const costs *c, path *p)
{
    for (int k = 1; k <= p->n + 1; k++)
        p->step[k] = c->between[p->at[k - 1]][p->at[k]];
}

/* Moves the `len` places from `from` on to before place `to`, which isn't one of them. */
static void move_places(uint8_t *order, int from, int len, int to)
{
    uint8_t moved[SEGMENT];
    memcpy(moved, order + from, (size_t)len);
    if (to > from) {
        memmove(order + from, order + from + len, (size_t)(to - from - len));
        memcpy(order + to - len, moved, (size_t)len);
    } else {
        memmove(order + to + len, order + to, (size_t)(from - to));
        memcpy(order + to, moved, (size_t)len);
    }
}

/* Moves the places from `from` on to where that saves most. False: nowhere. */
static bool move_to_best(const costs *c, path *p, int from, int len)
{
    uint8_t first = p->at[from], last = p->at[from + len - 1], before = p->at[from - 1], after = p->at[from + len];
    int saved = p->step[from] + p->step[from + len] - c->between[before][after], best = 0, to = -1;
    int least = c->enter[first] + c->leave[last] - saved; /* what a step must take at least to be worth breaking up */
    for (int k = 1; k <= p->n + 1; k++) {
        if (p->step[k] <= least + best || (k >= from && k <= from + len))
            continue;
        int gain = saved + p->step[k] - c->between[p->at[k - 1]][first] - c->between[last][p->at[k]];
        if (gain > best) {
            best = gain;
            to = k;
        }
    }
    if (to < 0)
        return false;
    move_places(p->at, from, len, to);
    find_steps(c, p);
    return true;
}

void ax_delta_shorten(const ax_delta_sheet *s, ax_delta_runs *all, const ax_hand *from)
{
    ax_delta_runs part = *all, *runs = &part;
    ax_delta_run sorted[RUNS];
    path p = { 0 };
    ax_pen pen[PENS];
    costs c;
    while (all->n > RUNS && part.n && part.of[part.n - 1].halves)
        part.n--; /* with pictures there are too many runs, but not in what is beside them */
    int n = (int)part.n;
    if (n < 3 || n > RUNS || !pens_of(runs, true, pen))
        return;
    find_costs(s, runs, from, &c);
    p.n = n;
    for (int i = 0; i <= n; i++)
        p.at[i] = (uint8_t)i;
    find_steps(&c, &p);
    int still = 0, tries = 0; /* since the last move; in a pass without one */
    for (int len = 1; len <= SEGMENT && len <= n; len++)
        tries += n + 1 - len;
    for (int pass = 0; pass < PASSES && still < tries; pass++)
        for (int len = 1; len <= SEGMENT; len++)
            for (int i = 1; i + len <= n + 1 && still < tries; i++)
                still = move_to_best(&c, &p, i, len) ? 0 : still + 1;
    for (int i = 0; i < n; i++)
        sorted[i] = runs->of[p.at[i + 1] - 1];
    memcpy(runs->of, sorted, (size_t)n * sizeof *sorted);
}
