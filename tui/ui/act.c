/* What actions do that mean the same in all views and contexts: one function each. */
#include "tui/ui/ui.h"

#include <math.h>

static void next_view(ax_ui *ui, int by)
{
    do /* panes without a key are no views */
        ui->view = (ax_view_id)(((int)ui->view + by + AX_VIEW_COUNT) % AX_VIEW_COUNT);
    while (!ax_views[ui->view]->key);
}

void ax_ui_open_cell(ax_ui *ui)
{
    if (ui->view == AX_VIEW_CELL) {
        ui->view = ui->opened_from;
        return;
    }
    ui->opened_from = ui->view;
    ui->view = AX_VIEW_CELL;
}

static void do_view_back(ax_ui *ui)
{
    next_view(ui, -1);
}

static void do_view_on(ax_ui *ui)
{
    next_view(ui, 1);
}

static void do_back(ax_ui *ui)
{
    ax_selection *t = ax_ui_selection(ui);
    if (t->filter.n)
        ax_filter_parse("", ui->state->task, &t->filter, NULL);
    else
        ui->view = AX_VIEW_OVERVIEW;
    t->moved = false;
}

static void do_resume(ax_ui *ui)
{
    ui->resume = true;
}

static void do_pause(ax_ui *ui)
{
    const ax_candidate *c = ax_ui_selected(ui);
    ax_ui_send(ui, c->status == AX_PAUSED ? AX_VERB_CONTINUE : AX_VERB_PAUSE, c->id, "");
}

static void do_pause_run(ax_ui *ui)
{
    ax_ui_send(ui, ui->state->paused ? AX_VERB_CONTINUE : AX_VERB_PAUSE, 0, "");
}

static void do_promote(ax_ui *ui)
{
    ax_ui_promote(ui, ax_ui_selected(ui)->id);
}

static void do_demote(ax_ui *ui)
{
    ax_ui_send(ui, AX_VERB_DEMOTE, ax_ui_selected(ui)->id, "");
}

static void do_pin(ax_ui *ui)
{
    ax_ui_send(ui, AX_VERB_PIN, ax_ui_selected(ui)->id, "");
}

static void do_copy(ax_ui *ui)
{
    const ax_candidate *c = ax_ui_selected(ui);
    ax_genotype_print(&c->genotype, ui->copy);
    ax_ui_say(ui, false, "copied the genotype of #%u", c->id);
}

static void do_find(ax_ui *ui)
{
    ax_ui_prompt(ui, AX_ASK_FIND, ax_ui_selection(ui)->find.text);
}

static void do_find_on(ax_ui *ui)
{
    ax_ui_find(ui, 1);
}

static void do_find_back(ax_ui *ui)
{
    ax_ui_find(ui, -1);
}

static void do_filter(ax_ui *ui)
{
    ax_ui_prompt(ui, AX_ASK_FILTER, ax_ui_selection(ui)->filter.text);
}

static void do_command(ax_ui *ui)
{
    ax_ui_prompt(ui, AX_ASK_COMMAND, "");
}

static void do_note(ax_ui *ui)
{
    ax_ui_prompt(ui, AX_ASK_NOTE, "");
}

static void do_stop(ax_ui *ui)
{
    ax_ui_question(ui, AX_ASK_STOP, 0, NULL);
}

static void do_sort(ax_ui *ui)
{
    ax_order *o = &ax_ui_selection(ui)->order;
    *o = (ax_order) { .first.by = ax_sort_next(ui->state, o->first.by) };
}

/* Adds a sort key at first, then replaces it by another one. */
static void do_sort_then(ax_ui *ui)
{
    ax_order *o = &ax_ui_selection(ui)->order;
    ax_sort by = ax_sort_next(ui->state, o->n_then ? o->then[0].by : o->first.by);
    if (by == o->first.by)
        by = ax_sort_next(ui->state, by);
    o->then[0] = (ax_sort_key) { .by = by };
    o->n_then = 1;
}

static void do_reverse(ax_ui *ui)
{
    ax_sort_key *k = &ax_ui_selection(ui)->order.first;
    k->reverse = !k->reverse;
}

static void do_freeze(ax_ui *ui)
{
    ax_selection *t = ax_ui_selection(ui);
    t->frozen = !t->frozen;
    ax_ui_say(ui, false, t->frozen ? "the rows stay as they are; F lets them change again" : "the rows follow the run");
}

static void do_mark_all(ax_ui *ui)
{
    ax_ui_mark_all(ui, NULL);
}

static void do_help(ax_ui *ui)
{
    ax_ui_open(ui, AX_CONTEXT_HELP);
}

static void do_edit(ax_ui *ui)
{
    ax_ui_open(ui, AX_CONTEXT_EDIT);
}

static void do_compare(ax_ui *ui)
{
    ax_ui_open(ui, AX_CONTEXT_COMPARE);
}

static void do_export(ax_ui *ui)
{
    ui->export = true;
}

static void do_export_table(ax_ui *ui)
{
    ui->export_table = true;
}

static void do_detach(ax_ui *ui)
{
    ui->leave = true;
}

static void do_mouse(ax_ui *ui)
{
    ui->mouse = !ui->mouse;
    ax_ui_say(ui, false, "%s",
              ui->mouse ? "the mouse works here: tabs, rows, wheel; with Shift it selects text; the same key leaves it"
                        : "the mouse is the terminal's again");
}

static void do_glyphs(ax_ui *ui)
{
    ui->toggle_glyphs = true;
}

static void do_redraw(ax_ui *ui)
{
    ui->redraw = true;
}

static void do_suspend(ax_ui *ui)
{
    ui->suspend = true;
}

/* ---- replays ---- */

static void do_hold(ax_ui *ui)
{
    ui->replay.held = !ui->replay.held;
}

static void set_speed(ax_ui *ui, double speed)
{
    enum { FASTEST = 1 << 20 };
    ui->replay.speed = fmin(fmax(speed, 1.0 / 16), FASTEST);
    ui->replay.held = false;
}

static void do_slower(ax_ui *ui)
{
    set_speed(ui, ui->replay.speed / 2);
}

static void do_faster(ax_ui *ui)
{
    set_speed(ui, ui->replay.speed * 2);
}

static void do_skip_back(ax_ui *ui)
{
    ui->replay.skip -= 10 * ui->replay.speed;
}

static void do_skip_on(ax_ui *ui)
{
    ui->replay.skip += 10 * ui->replay.speed;
}

bool ax_ui_act(ax_ui *ui, ax_action a)
{
    static void (*const act[AX_ACTION_COUNT])(ax_ui *) = {
        [AX_DO_BACK] = do_back,           [AX_DO_RESUME] = do_resume,
        [AX_DO_PAUSE] = do_pause,         [AX_DO_PAUSE_RUN] = do_pause_run,
        [AX_DO_PRUNE] = ax_ui_prune,      [AX_DO_UNDO] = ax_ui_undo,
        [AX_DO_PROMOTE] = do_promote,     [AX_DO_PIN] = do_pin,
        [AX_DO_MARK] = ax_ui_mark,        [AX_DO_UNMARK] = ax_ui_unmark_all,
        [AX_DO_FILTER] = do_filter,       [AX_DO_FIND] = do_find,
        [AX_DO_FIND_ON] = do_find_on,     [AX_DO_FIND_BACK] = do_find_back,
        [AX_DO_COMMAND] = do_command,     [AX_DO_NOTE] = do_note,
        [AX_DO_SORT] = do_sort,           [AX_DO_REVERSE] = do_reverse,
        [AX_DO_HELP] = do_help,           [AX_DO_DETACH] = do_detach,
        [AX_DO_STOP] = do_stop,           [AX_DO_COPY] = do_copy,
        [AX_DO_EXPORT] = do_export,       [AX_DO_EXPORT_TABLE] = do_export_table,
        [AX_DO_VIEW_BACK] = do_view_back, [AX_DO_VIEW_ON] = do_view_on,
        [AX_DO_GLYPHS] = do_glyphs,       [AX_DO_REDRAW] = do_redraw,
        [AX_DO_SUSPEND] = do_suspend,     [AX_DO_EDIT] = do_edit,
        [AX_DO_COMPARE] = do_compare,     [AX_DO_SORT_THEN] = do_sort_then,
        [AX_DO_FREEZE] = do_freeze,       [AX_DO_MARK_ALL] = do_mark_all,
        [AX_DO_DEMOTE] = do_demote,       [AX_DO_MOUSE] = do_mouse,
        [AX_DO_HOLD] = do_hold,           [AX_DO_SLOWER] = do_slower,
        [AX_DO_FASTER] = do_faster,       [AX_DO_SKIP_BACK] = do_skip_back,
        [AX_DO_SKIP_ON] = do_skip_on,
    };
    if (act[a])
        act[a](ui);
    return act[a] != NULL;
}
