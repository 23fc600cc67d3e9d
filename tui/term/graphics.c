/* Pictures on the screen: what the terminal can show, which pictures of a canvas it shows already, and what is sent. */
#include "tui/term/term_internal.h"

#include "engine/base/clock.h"
#include "engine/base/crc32c.h"
#include "engine/base/hash.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>

static const double patience = 0.1; /* seconds that the program waits for an answer at its end */
static const double late = 3;       /* seconds after which no answer is expected any more */

/* Narrower pictures are drawn as cells: curses sends a few unchanged cells again rather than skip them, and sixel
   doesn't survive that. */
enum { LEAST_SIXEL_COLS = 16 };

ax_graphics ax_graphics_named(const char *name)
{
#define NAME(id, text) text,
    static const char *const names[] = { AX_GRAPHICS_LIST(NAME) };
    int i = 0;
    while (i < AX_GRAPHICS_COUNT && strcmp(names[i], name) != 0)
        i++;
    return (ax_graphics)i;
}

/* ---- what the terminal can show ---- */

void ax_term_ask(ax_term *t)
{
    if (!cursor_address || strncmp(cursor_address, "\033[", 2) != 0 || !ax_reply_may_be_asked())
        return;
    t->asked = true;
    t->asked_at = ax_clock();
    t->input.asked_until = t->asked_at + late;
    ax_term_send(AX_REPLY_QUERY, sizeof AX_REPLY_QUERY - 1);
}

void ax_term_await(ax_term *t)
{
    bool gone = false;
    while (t->asked && !t->input.reply.whole && !gone) {
        double left = t->asked_at + patience - ax_clock();
        struct pollfd p = { .fd = t->fd, .events = POLLIN };
        uint32_t key;
        if (left <= 0 || poll(&p, 1, (int)(left * 1000) + 1) <= 0 || !ax_term_read(t, &gone))
            return;
        while (ax_input_next(&t->input, ax_clock(), &key)) {
            /* input after the end of the answer */
        }
    }
}

void ax_term_choose_graphics(ax_term *t, ax_graphics choice)
{
    if (t && t->choice != choice) {
        ax_pictures_clear(t);
        t->choice = choice;
    }
}

static void cell_size(const ax_term *t, int *h, int *w)
{
    const ax_reply *r = &t->input.reply;
    *h = t->cell_h > 0 && t->cell_w > 0 ? t->cell_h : r->cell_h;
    *w = t->cell_h > 0 && t->cell_w > 0 ? t->cell_w : r->cell_w;
}

static bool has_cell_size(const ax_term *t)
{
    int h, w;
    cell_size(t, &h, &w);
    return h > 0 && w > 0;
}

static ax_graphics way(const ax_term *t)
{
    const ax_reply *r = &t->input.reply;
    if (t->choice == AX_GRAPHICS_SIXEL)
        return ax_sixel_is_built() ? AX_GRAPHICS_SIXEL : AX_GRAPHICS_CELLS;
    if (t->choice != AX_GRAPHICS_AUTO)
        return t->choice;
    if (!r->whole)
        return AX_GRAPHICS_CELLS;
    return r->kitty                                              ? AX_GRAPHICS_KITTY
           : r->sixel && ax_sixel_is_built() && has_cell_size(t) ? AX_GRAPHICS_SIXEL
                                                                 : AX_GRAPHICS_CELLS;
}

/* The size of a cell in pixels; where it isn't known, that of a VT340. */
static void known_cell_size(const ax_term *t, int *h, int *w)
{
    cell_size(t, h, w);
    if (*h <= 0 || *w <= 0) {
        *h = 20;
        *w = 10;
    }
}

bool ax_term_shows_pictures(const ax_term *t, double *aspect)
{
    const char *no = getenv("NO_COLOR");
    int h, w;
    if (!t || (no && *no) || way(t) == AX_GRAPHICS_CELLS)
        return false;
    known_cell_size(t, &h, &w);
    *aspect = (double)h / w;
    return true;
}

/* ---- which are there ---- */

static bool can_be_shown(const ax_term *t, const ax_raster *p)
{
    return way(t) == AX_GRAPHICS_KITTY || (way(t) == AX_GRAPHICS_SIXEL && p->at.cols >= LEAST_SIXEL_COLS);
}

static bool is_covered(const ax_canvas *c, int picture)
{
    ax_rect at = c->picture[picture].at;
    for (int r = at.row; r < at.row + at.rows; r++)
        for (int k = at.col; k < at.col + at.cols; k++)
            if (c->cell[(size_t)r * (size_t)c->cols + (size_t)k].picture != picture + 1)
                return true;
    return false;
}

static uint64_t look_of(const ax_raster *p)
{
    size_t bytes = (size_t)p->h * (size_t)p->w * (p->colors ? 1 : 3);
    const int32_t what[] = { p->h,      p->w,     (int32_t)ax_crc32c(0, p->pixels, bytes), p->colors, p->top, p->left,
                             p->seen_h, p->seen_w };
    uint64_t look = ax_hash(AX_HASH_START, what, sizeof what);
    return p->colors ? ax_hash(look, p->palette, sizeof *p->palette * (size_t)p->colors) : look;
}

static bool same_place(ax_rect a, ax_rect b)
{
    return a.row == b.row && a.col == b.col && a.rows == b.rows && a.cols == b.cols;
}

/* Index of a picture among those that were sent, -1 = it isn't there. */
static int find_sent(const ax_term *t, const ax_raster *p, uint64_t look)
{
    for (int i = 0; i < t->n_sent; i++)
        if (t->sent[i].look == look && same_place(t->sent[i].at, p->at))
            return i;
    return -1;
}

static bool stays(const ax_term *t, int sent, const ax_canvas *c, const bool *covered, const uint64_t *look)
{
    for (int i = 0; i < c->pictures; i++)
        if (!covered[i] && find_sent(t, &c->picture[i], look[i]) == sent)
            return true;
    return false;
}

static bool is_replaced(const ax_term *t, int sent, const ax_canvas *c, const bool *covered)
{
    for (int i = 0; i < c->pictures; i++)
        if (!covered[i] && same_place(t->sent[sent].at, c->picture[i].at))
            return true;
    return false;
}

/* Removes sixel pictures by writing their cells again, with all of their rows. */
static void erase_rows(ax_term *t, ax_rect at)
{
    wredrawln(stdscr, at.row, at.rows);
    for (int i = 0; i < t->n_sent;) {
        ax_rect other = t->sent[i].at;
        if (other.row < at.row + at.rows && at.row < other.row + other.rows)
            t->sent[i] = t->sent[--t->n_sent];
        else
            i++;
    }
}

static void forget_sent(ax_term *t, int sent)
{
    t->sent[sent] = t->sent[--t->n_sent];
}

static uint32_t placement_of(ax_rect at)
{
    return (uint32_t)(at.row * AX_CANVAS_SIDE + at.col + 1);
}

static void take_away(ax_term *t, const ax_canvas *c, const bool *covered, const uint64_t *look)
{
    for (int i = 0; i < t->n_sent;) {
        if (stays(t, i, c, covered, look)) {
            i++;
        } else if (way(t) == AX_GRAPHICS_KITTY) {
            t->sent[i++].old = true;
        } else if (is_replaced(t, i, c, covered)) {
            forget_sent(t, i); /* the new picture covers all of it */
        } else {
            erase_rows(t, t->sent[i].at);
            i = 0;
        }
    }
}

/* Whether another part of the same image, at the same place, has replaced this one. */
static bool was_replaced(const ax_term *t, const ax_sent_picture *old)
{
    for (int i = 0; i < t->n_sent; i++)
        if (!t->sent[i].old && t->sent[i].id == old->id && placement_of(t->sent[i].at) == placement_of(old->at))
            return true;
    return false;
}

static void hide_old(ax_term *t, ax_str *out)
{
    for (int i = 0; i < t->n_sent;) {
        if (!t->sent[i].old) {
            i++;
            continue;
        }
        if (!was_replaced(t, &t->sent[i]))
            ax_kitty_hide(t->sent[i].id, placement_of(t->sent[i].at), out);
        forget_sent(t, i);
    }
}

static void send_all(ax_str *out)
{
    if (out->len && ax_str_ok(out))
        ax_term_send(out->text, out->len);
    ax_str_release(out);
}

void ax_pictures_begin(ax_term *t, const ax_canvas *c, bool covered[static AX_CANVAS_PICTURES])
{
    uint64_t look[AX_CANVAS_PICTURES];
    for (int i = 0; i < c->pictures; i++) {
        covered[i] = !can_be_shown(t, &c->picture[i]) || is_covered(c, i);
        look[i] = look_of(&c->picture[i]);
    }
    take_away(t, c, covered, look);
}

/* Appends a picture. The cursor is where curses believes it to be, before and after. */
static void add_at(ax_term *t, const ax_raster *p, uint32_t *id, ax_str *out)
{
    int h, w;
    known_cell_size(t, &h, &w);
    ax_str_printf(out, "\0337\033[%d;%dH", p->at.row + 1, p->at.col + 1);
    if (way(t) == AX_GRAPHICS_KITTY)
        ax_kitty_show(&t->kitty, p, p->at.rows * h, p->at.cols * w, placement_of(p->at), id, out);
    else
        ax_sixel_show(p, p->at.rows * h, p->at.cols * w, out);
    ax_str_add(out, "\0338");
}

void ax_pictures_end(ax_term *t, const ax_canvas *c, const bool covered[static AX_CANVAS_PICTURES])
{
    ax_str out;
    ax_str_init(&out, 0);
    for (int i = 0; i < t->n_sent; i++)
        ax_kitty_keep(&t->kitty, t->sent[i].id);
    for (int i = 0; i < c->pictures; i++) {
        const ax_raster *p = &c->picture[i];
        uint64_t look = look_of(p);
        if (covered[i] || find_sent(t, p, look) >= 0)
            continue;
        ax_sent_picture sent = { .at = p->at, .look = look };
        add_at(t, p, &sent.id, &out);
        if (t->n_sent < (int)(sizeof t->sent / sizeof *t->sent))
            t->sent[t->n_sent++] = sent;
    }
    hide_old(t, &out);
    send_all(&out);
}

ax_canvas_cell ax_pictures_blank(const ax_term *t)
{
    enum { NO_BREAK_SPACE = 0xa0 }; /* a blank that curses doesn't clear together with its neighbours */
    return (ax_canvas_cell) { .code = way(t) == AX_GRAPHICS_SIXEL ? NO_BREAK_SPACE : ' ', .role = AX_ROLE_TEXT };
}

void ax_pictures_clear(ax_term *t)
{
    ax_str out;
    ax_str_init(&out, 0);
    if (way(t) == AX_GRAPHICS_KITTY && t->kitty.next)
        ax_kitty_clear(&t->kitty, &out);
    t->n_sent = 0;
    send_all(&out);
}
