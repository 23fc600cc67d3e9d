/* The bytes that are sent make a terminal show the screen: a small, strict terminal emulator checks them. */
#include "tui/term/delta.h"

#include "engine/base/rng.h"
#include "engine/base/utf8.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 14, COLS = 40 };

typedef struct glyph {
    uint32_t code;
    ax_pen pen;
} glyph;

/* A terminal that knows only the sequences listed in ansi.c. */
typedef struct terminal {
    glyph cell[ROWS][COLS];
    int row, col, top, bottom;
    bool lost; /* the cursor is beyond the last column: its position depends on the terminal */
    ax_pen pen;
    bool tabs, reverse_feed; /* features that it may be asked for */
} terminal;

static glyph blank_of(const terminal *t)
{
    ax_pen pen = ax_pen_normal();
    pen.bg = t->pen.bg; /* erased cells get the current background */
    return (glyph) { .code = ' ', .pen = pen };
}

static void select_graphics(terminal *t, const int *p, int n)
{
    if (!n)
        t->pen = ax_pen_normal();
    for (int i = 0; i < n; i++) {
        if (p[i] == 0)
            t->pen = ax_pen_normal();
        else if (p[i] == 1)
            t->pen.bold = true;
        else if (p[i] == 2)
            t->pen.dim = true;
        else if (p[i] == 7)
            t->pen.reverse = true;
        else if (p[i] == 39)
            t->pen.fg = -1;
        else if (p[i] == 49)
            t->pen.bg = -1;
        else if ((p[i] == 38 || p[i] == 48) && i + 2 < n && p[i + 1] == 5) {
            *(p[i] == 38 ? &t->pen.fg : &t->pen.bg) = p[i + 2];
            i += 2;
        } else
            fail_msg("SGR %d", p[i]);
    }
}

static void scroll(terminal *t, int by)
{
    int from = by > 0 ? t->top + 1 : t->top, to = by > 0 ? t->top : t->top + 1;
    memmove(t->cell[to], t->cell[from], (size_t)(t->bottom - t->top) * sizeof *t->cell);
    for (int k = 0; k < COLS; k++)
        t->cell[by > 0 ? t->bottom : t->top][k] = blank_of(t);
}

static void control(terminal *t, const int *p, int n, char final)
{
    int a = n > 0 ? p[0] : 0, by = a ? a : 1;
    bool moves = strchr("ABCDX", final) != NULL;
    assert_true(!moves || !t->lost); /* only absolute moves are safe there */
    if (final == 'H') {
        t->row = by - 1;
        t->col = n > 1 && p[1] ? p[1] - 1 : 0;
        t->lost = false;
    } else if (final == 'A') {
        t->row -= by;
    } else if (final == 'B') {
        t->row += by;
    } else if (final == 'C') {
        t->col += by;
    } else if (final == 'D') {
        t->col -= by;
    } else if (final == 'G') {
        assert_false(t->lost);
        t->col = by - 1;
    } else if (final == 'X' || final == 'K') {
        for (int k = t->col; k < (final == 'K' ? COLS : t->col + by); k++)
            t->cell[t->row][k] = blank_of(t);
    } else if (final == 'r') {
        t->top = n ? p[0] - 1 : 0;
        t->bottom = n > 1 ? p[1] - 1 : ROWS - 1;
        t->row = t->col = 0;
        t->lost = false;
        assert_true(t->top >= 0 && t->top < t->bottom && t->bottom < ROWS);
    } else if (final == 'S' || final == 'T') {
        assert_int_equal(n, 0);
        scroll(t, final == 'S' ? 1 : -1);
    } else if (final == 'm') {
        select_graphics(t, p, n);
    } else {
        fail_msg("ESC [ ... %c", final);
    }
    assert_true(t->row >= 0 && t->row < ROWS && t->col >= 0 && t->col < COLS);
}

static const char *sequence(terminal *t, const char *at)
{
    int p[16], n = 0;
    if (*at == 'M') {
        assert_true(!t->lost && (t->row == t->top || t->reverse_feed));
        if (t->row == t->top)
            scroll(t, -1);
        else
            assert_true(t->row-- > 0);
        return at + 1;
    }
    assert_int_equal(*at++, '[');
    while (*at == ';' || (*at >= '0' && *at <= '9')) { /* a parameter that is empty is 0 */
        char *end;
        assert_true(n < 16);
        p[n++] = (int)strtol(at, &end, 10);
        at = end + (*end == ';');
    }
    control(t, p, n, *at);
    return at + 1;
}

static void take(terminal *t, const ax_str *bytes)
{
    for (const char *at = bytes->text; at < bytes->text + bytes->len;) {
        uint32_t code;
        size_t n = ax_utf8_decode(at, &code);
        assert_true(n > 0);
        at += n;
        if (code == '\033') {
            at = sequence(t, at);
        } else if (code == '\n') {
            assert_false(t->lost);
            if (t->row == t->bottom)
                scroll(t, 1);
            else
                t->row++;
        } else if (code == '\r') {
            t->col = 0;
        } else if (code == '\t') {
            /* beyond the last tab stop the cursor would go to the last column, which is never wanted */
            assert_true(t->tabs && !t->lost && t->col / 8 * 8 + 8 < COLS);
            t->col = t->col / 8 * 8 + 8;
        } else if (code == '\b') {
            assert_true(t->col-- > 0);
        } else {
            assert_true(!t->lost && code >= ' ');
            t->cell[t->row][t->col] = (glyph) { .code = code, .pen = t->pen };
            t->lost = ++t->col == COLS;
            t->col -= t->lost;
        }
    }
}

static void color(int number, bool background, char out[static AX_SGR])
{
    snprintf(out, AX_SGR, "%d;5;%d", background ? 48 : 38, number);
}

static ax_delta_terminal kind(int which)
{
    static ax_delta_ways ways;
    return (ax_delta_terminal) { .ways = &ways,
                                 .colors = which & 1 ? 256 : 0,
                                 .line_feed = which & 2,
                                 .scrolls = which & 4,
                                 .scrolls_anywhere = which & 8,
                                 .tab_stops = which & 16 ? COLS : 0,
                                 .reverse_feed = which & 32,
                                 .has_bold = true,
                                 .has_dim = true,
                                 .has_reverse = true,
                                 .color = color };
}

/* The colours of a glyph's upper and lower halves if it is a block; false for letters. */
static bool halves_of(const glyph *g, int half[2])
{
    if (!strchr(" \x80\x84\x88", (int)(g->code & 0xff)) || (g->code != ' ' && g->code >> 8 != 0x25) || g->pen.reverse)
        return false;
    half[0] = g->code == 0x2580 || g->code == 0x2588 ? g->pen.fg : g->pen.bg;
    half[1] = g->code == 0x2584 || g->code == 0x2588 ? g->pen.fg : g->pen.bg;
    return true;
}

static bool looks_alike(const glyph *shown, const ax_pen *pen, const ax_canvas_cell *c)
{
    int a[2], b[2];
    glyph wanted = { .code = c->code, .pen = *pen };
    if (c->role == AX_ROLE_PIXEL && pen->fg >= 0)
        return halves_of(shown, a) && halves_of(&wanted, b) && a[0] == b[0] && a[1] == b[1];
    bool plain = c->code == ' ' && ax_pen_hides(pen) && ax_pen_hides(&shown->pen);
    return shown->code == c->code && (plain || ax_pen_same(&shown->pen, pen));
}

static void expect_shown(const terminal *t, const ax_delta_terminal *d, const ax_canvas_cell *now)
{
    for (int r = 0; r < ROWS; r++)
        for (int k = 0; k < COLS; k++) {
            const ax_canvas_cell *c = &now[r * COLS + k];
            const glyph *g = &t->cell[r][k];
            ax_pen pen = ax_pen_of(d, NULL, c);
            if (!looks_alike(g, &pen, c))
                fail_msg("row %d, column %d: U+%x is shown, not U+%x", r, k, g->code, c->code);
        }
    ax_pen normal = ax_pen_normal();
    assert_true(ax_pen_same(&t->pen, &normal) && t->top == 0 && t->bottom == ROWS - 1);
}

/* Letters, lanes, pixels and many blanks, in stretches of one role. */
static ax_canvas_cell some_cell(ax_rng *rng, ax_role role)
{
    static const uint32_t code[] = { ' ', ' ', ' ', 'a', '7', 0x2502, 0x25cf, 0xa0 };
    if (role == AX_ROLE_PIXEL)
        return (ax_canvas_cell) { .code = 0x2580,
                                  .role = AX_ROLE_PIXEL,
                                  .fg = (uint8_t)ax_rng_below(rng, 4),
                                  .bg = (uint8_t)ax_rng_below(rng, 4) };
    return (ax_canvas_cell) { .code = code[ax_rng_below(rng, 8)], .role = (uint8_t)role };
}

static void scribble(ax_rng *rng, ax_canvas_cell *cells, int stretches)
{
    for (int i = 0; i < stretches; i++) {
        int at = (int)ax_rng_below(rng, ROWS * COLS), n = 1 + (int)ax_rng_below(rng, 30);
        ax_role role = (ax_role)ax_rng_below(rng, AX_ROLE_COUNT);
        bool blank = !ax_rng_below(rng, 4);
        for (int k = at; k < at + n && k < ROWS * COLS; k++)
            cells[k] = blank ? (ax_canvas_cell) { .code = ' ', .role = (uint8_t)role } : some_cell(rng, role);
    }
}

static void move_rows(ax_rng *rng, ax_canvas_cell *cells)
{
    int first = (int)ax_rng_below(rng, ROWS - 2), rows = 2 + (int)ax_rng_below(rng, (uint32_t)(ROWS - first - 1));
    ax_canvas_cell *top = cells + first * COLS;
    bool up = ax_rng_below(rng, 2);
    memmove(up ? top : top + COLS, up ? top + COLS : top, (size_t)(rows - 1) * COLS * sizeof *cells);
}

TEST(every_change_is_shown)
{
    for (int which = 0; which < 64; which++) {
        ax_delta_terminal d = kind(which);
        ax_rng rng = ax_rng_new(7, (uint64_t)which);
        terminal t = {
            .bottom = ROWS - 1, .pen = ax_pen_normal(), .tabs = d.tab_stops, .reverse_feed = d.reverse_feed
        };
        ax_canvas_cell now[ROWS * COLS], shown[ROWS * COLS];
        ax_hand at = ax_hand_lost();
        for (int i = 0; i < ROWS * COLS; i++) {
            now[i] = shown[i] = (ax_canvas_cell) { .code = ' ' };
            t.cell[i / COLS][i % COLS] = blank_of(&t);
        }
        for (int step = 0; step < 400; step++) {
            ax_str out;
            ax_str_init(&out, 0);
            if (!ax_rng_below(&rng, 3))
                move_rows(&rng, now);
            scribble(&rng, now, (int)ax_rng_below(&rng, step % 100 ? 4 : 60));
            assert_int_equal(ax_delta(&d, NULL, now, shown, ROWS, COLS, 0, &at, &out, NULL), AX_OK);
            take(&t, &out);
            expect_shown(&t, &d, now);
            assert_true(at.row < 0 || (at.row == t.row && at.col == t.col));
            ax_str_release(&out);
        }
    }
}

static size_t bytes_of(const ax_delta_terminal *d, const ax_canvas_cell *now, ax_canvas_cell *shown, uint32_t fixed)
{
    ax_hand at = ax_hand_lost();
    ax_str out;
    ax_str_init(&out, 0);
    assert_int_equal(ax_delta(d, NULL, now, shown, ROWS, COLS, fixed, &at, &out, NULL), AX_OK);
    size_t n = out.len;
    for (int i = 0; i < ROWS * COLS && fixed; i++)
        assert_null(memchr(out.text, '#', out.len));
    ax_str_release(&out);
    return n;
}

static void fill(ax_canvas_cell *cells, uint32_t code)
{
    for (int i = 0; i < ROWS * COLS; i++)
        cells[i] = (ax_canvas_cell) { .code = code };
}

/* Only few bytes are sent. */
TEST(little_is_sent)
{
    ax_delta_terminal d = kind(15);
    ax_canvas_cell now[ROWS * COLS], shown[ROWS * COLS];
    fill(now, 'x');
    fill(shown, 'x');
    assert_int_equal(bytes_of(&d, now, shown, 0), 0);
    /* the same cell twice, with another colour in between: the colours change once */
    now[3 * COLS + 5].role = AX_ROLE_LANE;
    now[4 * COLS + 5].role = AX_ROLE_BEST;
    now[5 * COLS + 5].role = AX_ROLE_LANE;
    size_t sgr = strlen("\033[38;5;3m") + strlen("\033[38;5;6m") + strlen("\033[m");
    assert_true(bytes_of(&d, now, shown, 0) <= strlen("\033[4;6H") + 3 + 2 * strlen("\b\n") + strlen("\033[A\b") + sgr);
    for (int k = 0; k < COLS; k++)
        now[7 * COLS + k].code = ' '; /* a line is cleared at once */
    assert_true(bytes_of(&d, now, shown, 0) <= strlen("\033[8H\033[K"));
    for (int r = 0; r < ROWS; r++)
        for (int k = 0; k < COLS; k++)
            now[r * COLS + k] = (ax_canvas_cell) { .code = (uint32_t)('A' + (r * 7 + k * r) % 26) };
    bytes_of(&d, now, shown, 0);
    memmove(now + 2 * COLS, now + 3 * COLS, 8 * COLS * sizeof *now); /* lines 3 to 10 move up by one */
    size_t scrolls = strlen("\033[3;11r") + strlen("\033[S") + strlen("\033[1;14r");
    assert_true(bytes_of(&d, now, shown, 0) <= scrolls + strlen("\033[11H") + COLS);
}

/* Two diagonals: each is drawn from end to end, without jumping between them. */
TEST(columns_are_sent_by_themselves)
{
    ax_delta_terminal d = kind(7);
    ax_canvas_cell now[ROWS * COLS], shown[ROWS * COLS];
    enum { LINES = 10 };
    fill(now, 'x');
    fill(shown, 'x');
    for (int r = 0; r < LINES; r++)
        now[r * COLS + 5 + r].code = now[r * COLS + 25 + r].code = 'y';
    assert_true(bytes_of(&d, now, shown, 0) <= strlen("\033[;6H") + 2 * LINES * strlen("\ny") + strlen("\033[1;26H"));
}

/* A tab is shorter than an absolute column, even with a step back from beyond the target; a reverse feed is shorter
   than ESC [ A. */
TEST(stops_are_used)
{
    ax_delta_terminal d = kind(2 + 16 + 32);
    ax_canvas_cell now[ROWS * COLS], shown[ROWS * COLS];
    fill(now, 'x');
    fill(shown, 'x');
    now[3 * COLS + 1].code = now[3 * COLS + 16].code = now[3 * COLS + 31].code = 'y';
    assert_true(bytes_of(&d, now, shown, 0) <= strlen("\033[4;2Hy\t\ty\t\t\by"));
    now[8 * COLS].code = now[9 * COLS + 17].code = 'y';
    assert_true(bytes_of(&d, now, shown, 0) <= strlen("\033[9Hy\n\t\t\033[Cy"));
    ax_hand hand = { .row = 5, .col = 8, .pen = ax_pen_normal() };
    assert_int_equal(ax_hand_go_bytes(&hand, &d, 4, 8), strlen("\033M"));
    /* there is no tab stop after the last one */
    assert_int_equal(ax_hand_go_bytes(&hand, &d, 5, 33), strlen("\033[25C"));
}

/* A few unchanged cells are written again where that is shorter than moving past them, but only in their own colour. */
TEST(unchanged_cells_are_a_way)
{
    ax_delta_terminal d = kind(2);
    ax_canvas_cell now[ROWS * COLS], shown[ROWS * COLS];
    fill(now, 'x');
    fill(shown, 'x');
    now[3 * COLS + 5].code = now[4 * COLS + 8].code = 'y';
    assert_true(bytes_of(&d, now, shown, 0) <= strlen("\033[4;6Hy\nxxy"));
    for (int k = 6; k < 8; k++)
        now[4 * COLS + k].role = shown[4 * COLS + k].role = AX_ROLE_STRONG;
    now[3 * COLS + 5].code = now[4 * COLS + 8].code = 'z';
    assert_int_equal(bytes_of(&d, now, shown, 0), strlen("\033[4;6Hz\n\033[2Cz"));
}

/* Where the last change left the cursor, the next one begins. */
TEST(the_cursor_is_remembered)
{
    ax_delta_terminal d = kind(2);
    ax_canvas_cell now[ROWS * COLS], shown[ROWS * COLS];
    ax_hand at = ax_hand_lost();
    ax_str out;
    ax_str_init(&out, 0);
    fill(now, 'x');
    fill(shown, 'x');
    now[3 * COLS + 5].code = 'y';
    assert_int_equal(ax_delta(&d, NULL, now, shown, ROWS, COLS, 0, &at, &out, NULL), AX_OK);
    now[4 * COLS + 6].code = 'y';
    assert_int_equal(ax_delta(&d, NULL, now, shown, ROWS, COLS, 0, &at, &out, NULL), AX_OK);
    assert_string_equal(out.text, "\033[4;6Hy\ny");
    ax_str_release(&out);
}

static ax_canvas_cell half(uint8_t upper, uint8_t lower)
{
    return (ax_canvas_cell) { .code = 0x2580, .role = AX_ROLE_PIXEL, .fg = upper, .bg = lower };
}

/* Two colours are set once, whichever way the cells use them, and the same ones further down aren't set again. */
TEST(colors_of_pixels_are_set_once)
{
    ax_delta_terminal d = kind(3);
    ax_canvas_cell now[ROWS * COLS], shown[ROWS * COLS];
    fill(now, 'x');
    fill(shown, 'x');
    for (int k = 0; k < 12; k++)
        now[2 * COLS + 4 + k] = k < 6 ? half(1, 1) : k < 8 ? half(1, 2) : k < 10 ? half(2, 1) : half(2, 2);
    size_t pair = strlen("\033[38;5;2;48;5;1m") + strlen("\033[m");
    assert_true(bytes_of(&d, now, shown, 0) <= strlen("\033[3;5H") + pair + 6 + 6 * strlen("\u2580"));
    fill(shown, 'x');
    now[5 * COLS] = half(3, 4);
    now[8 * COLS + 4] = half(2, 1);
    now[9 * COLS + 4] = half(1, 1);
    size_t other = strlen("\033[6H\033[38;5;3;48;5;4m\u2580"), again = strlen("\033[9;5H\u2580\n\b ");
    assert_true(bytes_of(&d, now, shown, 0) <= strlen("\033[3;5H") + pair + 6 + 6 * strlen("\u2580") + other + again);
}

/* Cells under pictures aren't sent again to save a cursor move. */
TEST(pictures_are_left_alone)
{
    ax_delta_terminal d = kind(15);
    ax_canvas_cell now[ROWS * COLS], shown[ROWS * COLS];
    fill(now, 'x');
    now[5].code = '#';
    memcpy(shown, now, sizeof now);
    now[4].code = now[6].code = 'y';
    size_t around = bytes_of(&d, now, shown, '#');
    now[4].code = now[6].code = 'z';
    assert_true(bytes_of(&d, now, shown, 0) < around);
}

int main(void)
{
    return RUN_TESTS(every_change_is_shown, little_is_sent, columns_are_sent_by_themselves,
                     colors_of_pixels_are_set_once, stops_are_used, unchanged_cells_are_a_way, the_cursor_is_remembered,
                     pictures_are_left_alone);
}
