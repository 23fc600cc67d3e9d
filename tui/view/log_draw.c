/* Draws the log: lines, highlighted matches of a search, and what the frame says about them. */
#include "tui/view/log_view.h"

#include "tui/view/log_search.h"
#include "tui/view/view.h"
#include "viz/figure.h"

#include <stdio.h>
#include <string.h>

static ax_role log_role(const ax_log_line *l)
{
    static const ax_role of_kind[AX_EVENT_COUNT] = {
        [AX_EVENT_FAILED] = AX_ROLE_BAD,  [AX_EVENT_PRUNED] = AX_ROLE_WARN,   [AX_EVENT_PAUSED] = AX_ROLE_WARN,
        [AX_EVENT_SCORED] = AX_ROLE_GOOD, [AX_EVENT_PROMOTED] = AX_ROLE_GOOD, [AX_EVENT_DEMOTED] = AX_ROLE_WARN
    };
    static const ax_role of_level[AX_LEVEL_COUNT] = {
        [AX_LEVEL_WARNING] = AX_ROLE_WARN, [AX_LEVEL_ERROR] = AX_ROLE_BAD
    };
    return l->kind == AX_EVENT_LOG ? of_level[l->level] : of_kind[l->kind];
}

/* Highlights the searched text in what was drawn from a column on. */
static void show_found(ax_pane p, int row, int col, const char *drawn, const char *text)
{
    char before[AX_EVENT_TEXT];
    for (int at = ax_log_find(drawn, 0, text), n = (int)strlen(text); at >= 0; at = ax_log_find(drawn, at + n, text)) {
        snprintf(before, sizeof before, "%.*s", at, drawn);
        ax_pane_role(p, row, col + ax_text_width(before), n, AX_ROLE_MARKED);
    }
}

static void draw_line(ax_pane p, int row, const ax_state *s, const ax_log_line *l, bool here, const char *search)
{
    int id_cols = snprintf(NULL, 0, "#%u", s->n_candidates), text_col = 21 + (id_cols > 5 ? id_cols : 5);
    char at[AX_FIGURE], id[16] = "";
    if (l->id)
        snprintf(id, sizeof id, "#%u", l->id);
    if (here)
        ax_pane_put(p, row, 0, '>', AX_ROLE_STRONG);
    ax_pane_print(p, row, 1, AX_ROLE_DIM, ax_figure_time(l->at, at));
    ax_pane_print(p, row, 10, log_role(l), ax_log_line_word(l));
    ax_pane_print(p, row, 20, AX_ROLE_TEXT, id);
    ax_pane_print_cut(p, row, text_col, p.at.cols - text_col - 1, AX_ROLE_TEXT, l->text);
    if (here)
        ax_pane_role(p, row, 0, 9, AX_ROLE_SELECTED);
    show_found(ax_pane_part(p, row, 0, 1, p.at.cols - 1), 0, 10, ax_log_line_word(l), search);
    show_found(ax_pane_part(p, row, 0, 1, p.at.cols - 1), 0, 20, id, search);
    show_found(ax_pane_part(p, row, 0, 1, p.at.cols - 1), 0, text_col, l->text, search);
}

/* Appends "  /memory: 2 of 7", counted from the oldest match, or "7 lines" when the cursor is at no match. */
static void tell_found(const ax_ui *ui, const ax_log_shown *here, char *out, size_t cap)
{
    uint32_t all = 0, which = 0, back = here->back + here->up;
    for (uint32_t i = 0; i < here->n; i++) {
        bool has = ax_log_has(ax_state_log(ui->state, here->line[i]), here->search);
        all += has;
        which = has && i + back + 1 == here->n ? all : which;
    }
    if (which)
        snprintf(out, cap, "  /%.40s: %u of %u", here->search, which, all);
    else
        snprintf(out, cap, "  /%.40s: %u line%s", here->search, all, all == 1 ? "" : "s");
}

static void draw_frame(ax_pane p, const ax_ui *ui, const ax_log_shown *here)
{
    static const char *const names[AX_LOG_WHICH] = { "", ": news", ": trouble", ": of" };
    char title[48 + AX_PROMPT_TEXT], right[64], more[24] = "";
    bool whole = ui->view == AX_VIEW_LOG;
    snprintf(title, sizeof title, "log%s", names[here->which]);
    if (here->which == AX_LOG_SELECTED)
        snprintf(title + strlen(title), sizeof title - strlen(title), " #%u", here->of);
    if (here->search[0])
        tell_found(ui, here, title + strlen(title), sizeof title - strlen(title));
    if (here->back)
        snprintf(more, sizeof more, "%u newer below", here->back);
    snprintf(right, sizeof right, "%s%s", whole ? "Tab: other lines   " : "", more[0] ? more : "following");
    ax_pane_frame(p, false, title, right);
}

/* The first line of a pane that follows the newest one. Beside other panes no terminal can scroll it, and each step
   sends all rows: so steps are larger there, and leave some rows for the next lines. */
static uint32_t first_line(ax_pane p, const ax_state *s, uint32_t end)
{
    uint32_t rows = (uint32_t)p.at.rows, step = p.at.cols + 2 < p.canvas->cols ? rows / 3 : 1;
    uint32_t first = end > rows ? end - rows : 0, more = step ? (uint32_t)((first + s->log_dropped) % step) : 0;
    return first && more ? first + step - more : first;
}

ax_code ax_log_draw(ax_pane p, const ax_ui *ui, ax_err *err)
{
    (void)err;
    ax_log_shown *here = ui->slot[AX_VIEW_LOG];
    const ax_state *s = ui->state;
    ax_pane inner = ax_pane_inner(p);
    ax_log_pick(ui, here);
    draw_frame(p, ui, here);
    uint32_t end = here->n - (here->back < here->n ? here->back : here->n), rows = (uint32_t)inner.at.rows;
    uint32_t first = first_line(inner, s, end), note = 0;
    if (!first && s->log_dropped && end < rows) { /* the line above the oldest */
        char text[512];
        snprintf(text, sizeof text, "%llu older line%s kept here; %s in  %.200s log %.200s",
                 (unsigned long long)s->log_dropped, s->log_dropped == 1 ? " isn't" : "s aren't",
                 s->log_dropped == 1 ? "it is" : "they are", ui->program, ui->operand);
        ax_pane_print_cut(inner, 0, 1, inner.at.cols - 2, AX_ROLE_WARN, text);
        note = 1;
    }
    if (!here->n)
        ax_pane_print(inner, 1, 2, AX_ROLE_DIM, "no line of this kind");
    for (uint32_t i = first; i < end; i++)
        draw_line(inner, (int)(i - first + note), s, ax_state_log(s, here->line[i]),
                  ui->view == AX_VIEW_LOG && end - 1 - i == here->up, here->search);
    return AX_OK;
}
