/* The log: what happened, newest below. */
#include "tui/view/view.h"

#include "viz/figure.h"

#include <stdio.h>

typedef struct log_state {
    uint32_t back;  /* lines between the newest and the last one shown; 0 = follows */
    uint64_t lines; /* that there had been when back was right */
} log_state;

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

static ax_code draw(ax_pane p, const ax_ui *ui, ax_err *err)
{
    (void)err;
    const log_state *here = ui->slot[AX_VIEW_LOG];
    const ax_state *s = ui->state;
    char right[48];
    if (here->back)
        snprintf(right, sizeof right, "%u newer below", here->back);
    else
        snprintf(right, sizeof right, "following");
    ax_pane_frame(p, false, "log", right);
    ax_pane inner = ax_pane_inner(p);
    uint32_t end = s->n_log - (here->back < s->n_log ? here->back : s->n_log), rows = (uint32_t)inner.at.rows;
    uint32_t first = end > rows ? end - rows : 0, note = 0;
    if (!first && s->log_dropped && end < rows) { /* the line above the oldest */
        char text[512];
        snprintf(text, sizeof text, "%llu older lines aren't kept here; they are in  %.200s log %.200s",
                 (unsigned long long)s->log_dropped, ui->program, ui->operand);
        ax_pane_print_cut(inner, 0, 1, inner.at.cols - 2, AX_ROLE_WARN, text);
        note = 1;
    }
    int id_cols = snprintf(NULL, 0, "#%u", s->n_candidates), text_col = 21 + (id_cols > 5 ? id_cols : 5);
    for (uint32_t i = first; i < end; i++) {
        const ax_log_line *l = ax_state_log(s, i);
        int row = (int)(i - first + note);
        char at[AX_FIGURE], id[16] = "";
        if (l->id)
            snprintf(id, sizeof id, "#%u", l->id);
        ax_pane_print(inner, row, 1, AX_ROLE_DIM, ax_figure_time(l->at, at));
        ax_pane_print(inner, row, 10, log_role(l), ax_log_line_word(l));
        ax_pane_print(inner, row, 20, AX_ROLE_TEXT, id);
        ax_pane_print_cut(inner, row, text_col, inner.at.cols - text_col - 1, AX_ROLE_TEXT, l->text);
    }
    return AX_OK;
}

/* by > 0: back. */
static void scroll(ax_ui *ui, long by)
{
    log_state *here = ui->slot[AX_VIEW_LOG];
    int seen = ui->layout.pane[AX_VIEW_LOG].rows - 2; /* at the top one is for the word that older lines are missing */
    long most = (long)ui->state->n_log - (seen > 1 ? seen : 1) + (ui->state->log_dropped > 0);
    long back = (long)here->back + by;
    back = back > most ? most : back;
    here->back = back < 0 ? 0 : (uint32_t)back;
}

static bool act(ax_ui *ui, ax_action a)
{
    if (ui->view != AX_VIEW_LOG || !ax_action_moves(a, 1, 1))
        return false;
    int seen = ui->layout.pane[AX_VIEW_LOG].rows - 2;
    scroll(ui, -ax_action_moves(a, seen > 1 ? seen : 1, ui->state->n_log));
    return true;
}

/* A reader of older lines goes on reading them while new ones come. */
static void refresh(ax_ui *ui, bool replaced)
{
    log_state *here = ui->slot[AX_VIEW_LOG];
    uint64_t lines = ui->state->log_dropped + ui->state->n_log;
    long more = replaced ? 0 : (long)(lines - here->lines);
    here->lines = lines;
    if (here->back)
        scroll(ui, more);
}

const ax_view ax_view_log = {
    .title = "Log", .key = '6', .state = sizeof(log_state), .draw = draw, .action = act, .refresh = refresh
};
