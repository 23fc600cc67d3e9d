/* The message line when nothing is asked there: the last message, else the last thing that happened. */
#include "tui/view/view.h"

#include "viz/figure.h"
#include "viz/wrap.h"

#include <math.h>
#include <stdio.h>

static int draw_undo(ax_pane p, const ax_ui *ui)
{
    ax_prunes what;
    double left = ax_ui_undo_left(ui, &what);
    if (!(left > 0))
        return p.at.cols;
    char text[64];
    snprintf(text, sizeof text, what.n == 1 ? "u undo #%u (%d s) " : "u undo %u (%d s) ",
             what.n == 1 ? what.id : what.n, (int)ceil(left));
    return ax_pane_print_right(p, 0, p.at.cols, AX_ROLE_WARN, text) - 2;
}

/* Whether a line is news for a person; proposals and updates of the strategy come with every candidate. */
static bool is_news(const ax_log_line *line)
{
    static const bool routine[AX_EVENT_COUNT] = {
        [AX_EVENT_PROPOSED] = true, [AX_EVENT_LEARNED] = true, [AX_EVENT_STARTED] = true, [AX_EVENT_GATED] = true
    };
    return !routine[line->kind] && line->level != AX_LEVEL_DEBUG;
}

/* Events whose text says what happened without the event's name: "pruned by user". */
static const bool says_so[AX_EVENT_COUNT] = {
    [AX_EVENT_PRUNED] = true, [AX_EVENT_PROMOTED] = true, [AX_EVENT_DEMOTED] = true,
    [AX_EVENT_PAUSED] = true, [AX_EVENT_HELLO] = true,    [AX_EVENT_BYE] = true
};

static void last_event(ax_pane p, const ax_ui *ui, int width)
{
    enum { LOOK_BACK = 200 };
    uint32_t n = ui->state->n_log, i = n;
    while (i > 0 && n - i < LOOK_BACK && !is_news(ax_state_log(ui->state, i - 1)))
        i--;
    if (!i || n - i == LOOK_BACK)
        return;
    const ax_log_line *line = ax_state_log(ui->state, i - 1);
    char at[AX_FIGURE], id[16] = "", text[AX_EVENT_TEXT + 64];
    if (line->id)
        snprintf(id, sizeof id, "#%u ", line->id);
    bool bare = says_so[line->kind];
    snprintf(text, sizeof text, "%s %s%s%s%s", ax_figure_time(line->at, at), id, bare ? "" : ax_log_line_word(line),
             bare ? "" : ": ", line->text);
    ax_pane_print_cut(p, 0, 1, width, AX_ROLE_TEXT, text);
}

/* Draws a message; a long one covers as many rows above its line as it needs. */
static void draw_wrapped(ax_pane p, int width, ax_role role, const char *text)
{
    width = width > 1 ? width : 1;
    int rows = ax_wrap_lines(text, width), most = p.at.row > 1 ? p.at.row : 1; /* not the status line */
    rows = rows > most ? most : rows;
    if (rows == 1) {
        ax_pane_print_cut(p, 0, 1, width, role, text);
        return;
    }
    ax_rect above = { .row = p.at.row - (rows - 1), .col = p.at.col, .rows = rows, .cols = p.at.cols };
    ax_pane all = ax_pane_of(p.canvas, above);
    ax_pane_clear(ax_pane_part(all, 0, 0, rows - 1, all.at.cols));
    ax_pane_clear(ax_pane_part(all, rows - 1, 0, 1, width));
    ax_wrap_print(all, 0, 1, width, role, text);
}

int ax_draw_message(ax_pane p, const ax_ui *ui)
{
    int width = draw_undo(p, ui) - 1;
    char text[AX_UI_MESSAGE];
    if (ui->message[0]) {
        draw_wrapped(p, width, ui->message_bad ? AX_ROLE_BAD : AX_ROLE_STRONG, ui->message);
    } else if (ui->loading < 1) {
        snprintf(text, sizeof text, "reading the history: %.0f %%", 100 * ui->loading);
        ax_pane_print_cut(p, 0, 1, width, AX_ROLE_TEXT, text);
    } else if (ui->removed) {
        draw_wrapped(p, width, AX_ROLE_WARN, ax_ui_removed_text);
    } else if (ui->replay.on && ax_replay_ended(&ui->replay)) {
        ax_pane_print_cut(p, 0, 1, width, AX_ROLE_TEXT, "end of the replay");
    } else if (!ui->replay.on && ui->link != AX_LINK_LIVE && ui->state->ending != AX_ENDING_FINISHED) {
        const ax_log_line *why = ax_state_why_failed(ui->state);
        const char *what = why                 ? why->text
                           : ui->state->died   ? "the engine has died"
                           : ui->state->bye[0] ? "the engine has stopped"
                                               : "no engine runs";
        const char *key = ax_ui_resume_refused(ui) ? "" : "R, or  ";
        snprintf(text, sizeof text, "%s; to go on:  %s%s resume %s", what, key, ui->program, ui->operand);
        draw_wrapped(p, width, AX_ROLE_WARN, text);
    } else {
        last_event(p, ui, width);
    }
    return -1;
}
