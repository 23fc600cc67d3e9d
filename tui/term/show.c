/* A canvas on the screen: the looks of its cells, and only those that have changed. */
#include "tui/term/term_internal.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* ---- looks of the roles ---- */

static const struct look {
    attr_t attr;
    short fg; /* -1 = the terminal's own */
} look[AX_ROLE_COUNT] = {
    [AX_ROLE_TEXT] = { A_NORMAL, -1 },           [AX_ROLE_DIM] = { A_DIM, -1 },
    [AX_ROLE_STRONG] = { A_BOLD, -1 },           [AX_ROLE_FRAME] = { A_DIM, -1 },
    [AX_ROLE_TITLE] = { A_NORMAL, COLOR_CYAN },  [AX_ROLE_FOCUS] = { A_BOLD, -1 },
    [AX_ROLE_BAR] = { A_REVERSE, -1 },           [AX_ROLE_KEY] = { A_BOLD, COLOR_CYAN },
    [AX_ROLE_SELECTED] = { A_REVERSE, -1 },      [AX_ROLE_MARKED] = { A_BOLD, COLOR_YELLOW },
    [AX_ROLE_RUNNING] = { A_BOLD, COLOR_CYAN },  [AX_ROLE_GOOD] = { A_BOLD, COLOR_GREEN },
    [AX_ROLE_WARN] = { A_NORMAL, COLOR_YELLOW }, [AX_ROLE_BAD] = { A_BOLD, COLOR_RED },
    [AX_ROLE_CURVE] = { A_NORMAL, COLOR_GREEN }, [AX_ROLE_BEST] = { A_NORMAL, COLOR_YELLOW },
    [AX_ROLE_POINT] = { A_NORMAL, COLOR_BLUE },  [AX_ROLE_LANE] = { A_NORMAL, COLOR_CYAN },
    [AX_ROLE_PIXEL] = { A_NORMAL, -1 },
};

void ax_term_start_colors(ax_term *t)
{
    const char *no = getenv("NO_COLOR");
    if ((no && *no) || !has_colors() || start_color() == ERR)
        return;
    t->color = true;
    bool own = use_default_colors() == OK;
    for (int i = 0; i < AX_ROLE_COUNT; i++)
        init_pair((short)(i + 1), look[i].fg < 0 ? (short)(own ? -1 : COLOR_WHITE) : look[i].fg,
                  (short)(own ? -1 : COLOR_BLACK));
    t->pixels = COLORS >= 256 && COLOR_PAIRS > 256;
}

/* ---- showing ---- */

static void put_cell(const ax_term *t, int row, int col, const ax_canvas_cell *cell)
{
    wchar_t text[2] = { (wchar_t)cell->code, 0 };
    int pair = 0;
    attr_t attr = look[cell->role].attr;
    if (cell->role == AX_ROLE_PIXEL && t->pixels)
        pair = alloc_pair(cell->fg, cell->bg);
    else if (t->color)
        pair = cell->role + 1;
    cchar_t out;
    if (pair < 0 || setcchar(&out, text, attr, 0, &pair) == ERR)
        return;
    mvadd_wch(row, col, &out);
}

static bool make_shadow(ax_term *t, const ax_canvas *c)
{
    size_t n = (size_t)c->rows * (size_t)c->cols;
    ax_canvas_cell *shadow = realloc(t->shadow, (n ? n : 1) * sizeof *shadow);
    if (!shadow)
        return false;
    memset(shadow, 0, n * sizeof *shadow);
    t->shadow = shadow;
    t->shadow_rows = c->rows;
    t->shadow_cols = c->cols;
    return true;
}

static bool is_plain(uint8_t role)
{
    return role != AX_ROLE_BAR && role != AX_ROLE_SELECTED && role != AX_ROLE_PIXEL;
}

/* The cell as it is sent: a blank between two cells of one look takes that look, which saves switching to and fro. */
static ax_canvas_cell sent_cell(const ax_canvas *c, int row, int col)
{
    const ax_canvas_cell *at = &c->cell[(size_t)row * (size_t)c->cols + (size_t)col];
    ax_canvas_cell out = *at;
    if (at->code == ' ' && is_plain(at->role) && col > 0 && col + 1 < c->cols && at[-1].role == at[1].role &&
        at[-1].code != ' ' && at[1].code != ' ' && is_plain(at[1].role))
        out.role = at[1].role;
    return out;
}

void ax_term_show(ax_term *t, const ax_canvas *c, int row, int col)
{
    if (!t)
        return;
    if (t->shadow_rows != c->rows || t->shadow_cols != c->cols) {
        if (!make_shadow(t, c))
            return;
        erase();
        clearok(curscr, TRUE);
    }
    for (int r = 0; r < c->rows; r++)
        for (int k = 0; k < c->cols; k++) {
            size_t i = (size_t)r * (size_t)c->cols + (size_t)k;
            ax_canvas_cell cell = sent_cell(c, r, k);
            if (!memcmp(&t->shadow[i], &cell, sizeof cell))
                continue;
            put_cell(t, r, k, &cell);
            t->shadow[i] = cell;
        }
    if (t->cursor != (row >= 0)) {
        t->cursor = row >= 0;
        curs_set(t->cursor);
    }
    leaveok(stdscr, row < 0); /* a hidden cursor may stay where it is */
    move(row >= 0 ? row : t->rows - 1, row >= 0 ? col : 0);
    wnoutrefresh(stdscr);
    doupdate();
}
