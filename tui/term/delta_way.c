/* Ways of the cursor from a cell to another: each is tried, and the shortest is sent. */
#include "tui/term/delta_pen.h"

ax_hand ax_hand_lost(void)
{
    return (ax_hand) { .row = -1, .pen = ax_pen_normal() };
}

enum { TAB = 8, FEW = 5 }; /* FEW: feeds and steps back in a row, which never pay beyond that */

static int digits(int n)
{
    return n < 10 ? 1 : n < 100 ? 2 : n < 1000 ? 3 : 4;
}

/* Bytes of "ESC [ n X", where n = 1 is left out; 0 when there is nothing to go. */
static int by_bytes(int n)
{
    return n <= 0 ? 0 : n == 1 ? 3 : 3 + digits(n);
}

/* Appends "ESC [ n letter", without n = 0. */
static void add_sequence(ax_str *out, int n, char letter)
{
    char text[16];
    int at = sizeof text;
    text[--at] = letter;
    for (; n > 0; n /= 10)
        text[--at] = (char)('0' + n % 10);
    text[--at] = '[';
    text[--at] = '\033';
    ax_str_bytes(out, text + at, sizeof text - (size_t)at);
}

static void add_by(ax_str *out, int n, char letter)
{
    if (n > 0)
        add_sequence(out, n > 1 ? n : 0, letter);
}

/* ---- rows ---- */

/* Line feeds are as good as ESC [ n B, and shorter; a reverse one as ESC [ A. */
static bool feeds(const ax_delta_terminal *t, int down)
{
    return (t->line_feed && down > 0 && down <= by_bytes(down)) || (t->reverse_feed && down == -1);
}

int ax_way_rows(const ax_delta_terminal *t, int down)
{
    return !feeds(t, down) ? by_bytes(down < 0 ? -down : down) : down < 0 ? 2 : down;
}

static void add_rows(const ax_delta_terminal *t, int down, ax_str *out)
{
    if (!feeds(t, down))
        add_by(out, down < 0 ? -down : down, down < 0 ? 'A' : 'B');
    else if (down < 0)
        ax_str_add(out, "\033M");
    else
        ax_str_bytes(out, "\n\n\n\n\n", (size_t)down);
}

/* ---- columns ---- */

/* To the left margin or not, then by tabs, then by columns; back when it is below 0. */
typedef struct leg {
    bool left;
    int tabs, by;
} leg;

static bool steps_back(int by)
{
    return by < 0 && -by <= by_bytes(-by);
}

static int leg_bytes(const leg *l)
{
    return l->left + l->tabs + (steps_back(l->by) ? -l->by : by_bytes(l->by < 0 ? -l->by : l->by));
}

static void add_leg(const leg *l, ax_str *out)
{
    if (l->left)
        ax_str_add(out, "\r");
    for (int k = 0; k < l->tabs; k++)
        ax_str_add(out, "\t");
    if (steps_back(l->by))
        ax_str_bytes(out, "\b\b\b\b\b", (size_t)-l->by);
    else
        add_by(out, l->by < 0 ? -l->by : l->by, l->by < 0 ? 'D' : 'C');
}

static void take_shorter(leg *best, leg other)
{
    if (leg_bytes(&other) < leg_bytes(best))
        *best = other;
}

/* From a column, or from the margin: by the stop before the goal, or by the one behind it and back. */
static void try_tabs(const ax_delta_terminal *t, bool left, int from, int to, leg *best)
{
    int before = to / TAB - from / TAB, stop = to / TAB * TAB;
    if (before > 0 && stop < t->tab_stops)
        take_shorter(best, (leg) { .left = left, .tabs = before, .by = to - stop });
    if (before >= 0 && stop + TAB < t->tab_stops)
        take_shorter(best, (leg) { .left = left, .tabs = before + 1, .by = to - stop - TAB });
}

static leg shortest_leg(const ax_delta_terminal *t, int from, int to)
{
    leg best = { .by = to - from };
    if (best.by == 0)
        return best;
    take_shorter(&best, (leg) { .left = true, .by = to });
    try_tabs(t, false, from, to, &best);
    try_tabs(t, true, 0, to, &best);
    return best;
}

/* ---- ways ---- */

int ax_way_place(int row, int col)
{
    return col ? 4 + digits(row + 1) + digits(col + 1) : 3 + digits(row + 1);
}

/* "ESC [ n G" */
static int column_bytes(int col)
{
    return 3 + digits(col + 1);
}

int ax_way_columns(const ax_delta_terminal *t, int from, int to)
{
    leg l = shortest_leg(t, from, to);
    int by_leg = leg_bytes(&l);
    return by_leg < column_bytes(to) ? by_leg : column_bytes(to);
}

int ax_hand_go_bytes(const ax_hand *h, const ax_delta_terminal *t, int row, int col)
{
    int place = ax_way_place(row, col),
        parts = h->row < 0 ? place : ax_way_rows(t, row - h->row) + ax_way_columns(t, h->col, col);
    return parts < place ? parts : place;
}

void ax_hand_go(ax_hand *h, const ax_delta_terminal *t, int row, int col, ax_str *out)
{
    int place = ax_way_place(row, col);
    if (h->row < 0 || ax_hand_go_bytes(h, t, row, col) == place) {
        ax_str_printf(out, col ? "\033[%d;%dH" : "\033[%dH", row + 1, col + 1);
    } else {
        leg l = shortest_leg(t, h->col, col);
        add_rows(t, row - h->row, out);
        if (leg_bytes(&l) <= column_bytes(col))
            add_leg(&l, out);
        else
            add_sequence(out, col + 1, 'G');
    }
    h->row = row;
    h->col = col;
}
