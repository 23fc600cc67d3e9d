/* Shows a canvas on the screen: how its cells look, and which of them have changed. */
#include "tui/term/term_internal.h"

#include "viz/theme.h"

#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <wchar.h>

/* ---- looks of the roles ---- */

static attr_t attributes(ax_look l)
{
    return (l.bold ? A_BOLD : 0) | (l.dim ? A_DIM : 0) | (l.reverse ? A_REVERSE : 0);
}

void ax_term_start_colors(ax_term *t)
{
    const char *no = getenv("NO_COLOR");
    if ((no && *no) || !has_colors() || start_color() == ERR)
        return;
    t->color = true;
    t->own = use_default_colors() == OK;
    t->pixels = COLORS >= 256 && COLOR_PAIRS > 256;
}

static void start_theme(ax_term *t, const ax_theme *theme)
{
    t->theme = theme;
    for (int i = 0; i < AX_ROLE_COUNT && t->color; i++) {
        int color = ax_theme_fit(ax_look_of(theme, (ax_role)i).color, COLORS);
        init_extended_pair(i + 1, color < 0 ? (t->own ? -1 : COLOR_WHITE) : color, t->own ? -1 : COLOR_BLACK);
    }
    ax_term_forget(t);
}

int ax_term_colors(const ax_term *t)
{
    return t && t->color ? COLORS : 0;
}

/* ---- showing ---- */

static void put_cell(const ax_term *t, int row, int col, const ax_canvas_cell *cell)
{
    wchar_t text[2] = { (wchar_t)cell->code, 0 };
    int pair = 0;
    attr_t attr = attributes(ax_look_of(t->theme, (ax_role)cell->role));
    if (cell->role == AX_ROLE_PIXEL && t->color)
        pair = alloc_pair(ax_theme_fit(cell->fg, COLORS), ax_theme_fit(cell->bg, COLORS));
    else if (t->color)
        pair = cell->role + 1;
    cchar_t out;
    if (pair < 0 || setcchar(&out, text, attr, 0, &pair) == ERR)
        return;
    mvadd_wch(row, col, &out);
}

static bool make_shadow(ax_term *t, const ax_canvas *c)
{
    size_t n = (size_t)(c->rows + 1) * (size_t)c->cols; /* and one more row for the cells as they are sent */
    ax_canvas_cell *shadow = realloc(t->shadow, (n ? n : 1) * sizeof *shadow);
    if (!shadow)
        return false;
    memset(shadow, 0, n * sizeof *shadow);
    t->shadow = shadow;
    t->shadow_rows = c->rows;
    t->shadow_cols = c->cols;
    return true;
}

/* Sends n blanks that look like the cell before them. */
static void put_blanks(ax_term *t, int row, int col, ax_canvas_cell *shown, int n)
{
    for (int k = col; k < col + n; k++) {
        ax_canvas_cell blank = { .code = ' ', .role = shown[col - 1].role };
        put_cell(t, row, k, &blank);
        shown[k] = blank;
    }
}

static int blanks_at(const ax_canvas_cell *cell, int n)
{
    int k = 0;
    while (k < n && ax_delta_blank(&cell[k]))
        k++;
    return k;
}

/* Sends what has changed in a row. A few blanks, and a few cells between two changes, which curses sends again, get the
   look of the cell before them: that saves switching to and fro. More of them keep their own look, so that curses can
   clear them at once. */
static void show_row(ax_term *t, int row, const ax_canvas_cell *now, ax_canvas_cell *shown, int cols)
{
    enum { FEW = 6, GAP = 4 };
    int last = -1; /* column of the cell that was sent last */
    for (int k = 0; k < cols; k++) {
        if (ax_delta_same(&shown[k], &now[k]))
            continue;
        int gap = k - last - 1, blanks = blanks_at(now + k, cols - k);
        bool plain = k > 0 && ax_delta_plain(shown[k - 1].role);
        if (last >= 0 && gap <= GAP && ax_delta_plain(shown[last].role) && blanks_at(now + last + 1, gap) == gap)
            put_blanks(t, row, last + 1, shown, gap);
        if (blanks && blanks < FEW && plain) {
            put_blanks(t, row, k, shown, 1);
        } else {
            put_cell(t, row, k, &now[k]);
            shown[k] = now[k];
        }
        last = k;
    }
}

/* The cells of a row as they are sent: blank under pictures. */
static const ax_canvas_cell *without_pictures(ax_term *t, const ax_canvas *c, const bool *covered, size_t at)
{
    const ax_canvas_cell *cell = c->cell + at;
    if (!c->pictures)
        return cell;
    ax_canvas_cell *row = t->shadow + (size_t)c->rows * (size_t)c->cols, blank = ax_pictures_blank(t);
    for (int k = 0; k < c->cols; k++) {
        row[k] = cell[k];
        if (cell[k].picture && !covered[cell[k].picture - 1])
            row[k] = blank;
        row[k].picture = 0;
    }
    return row;
}

/* Synchronized output: the terminal shows nothing before all has come. */
#define SYNC_ON "\033[?2026h"
#define SYNC_OFF "\033[?2026l"
enum { MANY_ROWS = 16 };

/* Shows the cursor, or hides it (row < 0). */
static void show_cursor(ax_term *t, int row)
{
    if (t->cursor == (row >= 0))
        return;
    t->cursor = row >= 0;
    curs_set(t->cursor);
}

static int changed_rows(const ax_term *t, const ax_canvas_cell *now)
{
    size_t cols = (size_t)t->shadow_cols;
    int n = 0;
    for (int r = 0; r < t->shadow_rows; r++)
        n += memcmp(now + (size_t)r * cols, t->shadow + (size_t)r * cols, cols * sizeof *now) != 0;
    return n;
}

/* Sends what has changed since the last canvas, bypassing curses. False: no memory. */
static bool show_changes(ax_term *t, const ax_canvas *c, const bool *covered, int row, int col)
{
    struct termios line;
    size_t cols = (size_t)c->cols, n = (size_t)c->rows * cols;
    ax_canvas_cell *under = c->pictures ? malloc((n ? n : 1) * sizeof *under) : NULL;
    const ax_canvas_cell *now = under ? under : c->cell;
    if (c->pictures && !under)
        return false;
    for (int r = 0; r < c->rows && under; r++)
        memcpy(under + (size_t)r * cols, without_pictures(t, c, covered, (size_t)r * cols), cols * sizeof *under);
    ax_delta_terminal how = t->delta;
    uint32_t blank = ax_pictures_blank(t).code;
    how.scrolls = how.scrolls && !c->pictures && !t->n_sent;
    bool known = tcgetattr(t->fd, &line) == 0, changes = !known || line.c_oflag & OPOST;
    how.line_feed = !(changes && (!known || line.c_oflag & ONLCR));
    how.tab_stops = how.tab_stops && !(changes && (!known || (line.c_oflag & TABDLY) == TAB3)) ? c->cols : 0;
    int changed = changed_rows(t, now);
    ax_str out;
    ax_str_init(&out, 0);
    bool whole = t->input.reply.sync && changed >= MANY_ROWS; /* a few rows can't tear, and asking costs 16 bytes */
    if (whole)
        ax_str_add(&out, SYNC_ON);
    ax_code code = !changed ? AX_OK
                            : ax_delta(&how, t->theme, now, t->shadow, c->rows, c->cols, blank == ' ' ? 0 : blank,
                                       &t->hand, &out, NULL);
    if (row >= 0)
        ax_hand_go(&t->hand, &how, row, col, &out);
    if (whole)
        ax_str_add(&out, SYNC_OFF);
    bool good = code == AX_OK && ax_str_ok(&out);
    if (good && out.len)
        ax_term_send(out.text, out.len);
    t->behind = true;
    ax_str_release(&out);
    free(under);
    return good;
}

/* Draws with curses: the whole screen after it was bypassed, or what has changed on terminals where it draws
   everything. */
static void show_all(ax_term *t, const ax_canvas *c, const bool *covered, int row, int col)
{
    int changed = 0;
    for (int r = 0; r < c->rows; r++) {
        size_t at = (size_t)r * (size_t)c->cols;
        changed += memcmp(c->cell + at, t->shadow + at, (size_t)c->cols * sizeof *c->cell) != 0;
        show_row(t, r, without_pictures(t, c, covered, at), t->shadow + at, c->cols);
    }
    leaveok(stdscr, row < 0); /* a hidden cursor may stay where it is */
    move(row >= 0 ? row : t->rows - 1, row >= 0 ? col : 0);
    wnoutrefresh(stdscr);
    bool whole = t->input.reply.sync && changed >= MANY_ROWS;
    if (whole)
        ax_term_send(SYNC_ON, sizeof SYNC_ON - 1);
    doupdate();
    if (whole)
        ax_term_send(SYNC_OFF, sizeof SYNC_OFF - 1);
    t->behind = false;
    t->hand = ax_hand_lost();
}

void ax_term_show(ax_term *t, const ax_canvas *c, int row, int col)
{
    if (!t)
        return;
    if (t->theme != c->theme || !t->themed)
        start_theme(t, c->theme);
    t->themed = true;
    bool all = t->shadow_rows != c->rows || t->shadow_cols != c->cols;
    bool covered[AX_CANVAS_PICTURES];
    if (!all && t->ansi) {
        ax_pictures_begin(t, c, covered);
        show_cursor(t, row);
        if (show_changes(t, c, covered, row, col)) {
            ax_pictures_end(t, c, covered);
            return;
        }
        all = true;
    }
    if (all) {
        if (!make_shadow(t, c))
            return;
        ax_pictures_clear(t);
        erase();
        clearok(curscr, TRUE);
    }
    ax_pictures_begin(t, c, covered);
    show_cursor(t, row);
    show_all(t, c, covered, row, col);
    ax_pictures_end(t, c, covered);
}
