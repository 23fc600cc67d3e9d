#include "tui/ui/ui.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ax_code ax_ui_init(ax_ui *ui, const ax_state *state, const char *run, ax_err *err)
{
    *ui = (ax_ui) { .state = state, .color = true, .loading = 1, .plots = ax_plots_new() };
    snprintf(ui->run, sizeof ui->run, "%s", run);
    ui->program = "auxcell";
    ui->operand = ui->run;
    for (int i = 0; i < AX_VIEW_COUNT; i++)
        if (ax_views[i]->state && !(ui->slot[i] = calloc(1, ax_views[i]->state))) {
            ax_ui_release(ui);
            return ax_fail(err, AX_ENOMEM, "no memory for the screens");
        }
    return AX_OK;
}

void ax_ui_release(ax_ui *ui)
{
    ax_rows_release(&ui->rows);
    ax_plots_free(ui->plots);
    ui->plots = NULL;
    for (int i = 0; i < AX_VIEW_COUNT; i++) {
        free(ui->slot[i]);
        ui->slot[i] = NULL;
    }
    free(ui->marked);
    free(ui->out);
    ui->marked = NULL;
    ui->out = NULL;
}

void ax_ui_say(ax_ui *ui, bool bad, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(ui->message, sizeof ui->message, fmt, args);
    va_end(args);
    ui->message_bad = bad;
    ui->message_at = ui->now;
}

const ax_candidate *ax_ui_selected(const ax_ui *ui)
{
    return ui->selected ? ax_state_candidate(ui->state, ui->selected) : NULL;
}

static void grow_marks(ax_ui *ui)
{
    uint32_t n = ui->state->n_candidates;
    if (n <= ui->n_marked_cap)
        return;
    uint32_t cap = n + n / 2 + 16;
    bool *marked = realloc(ui->marked, cap * sizeof *marked);
    if (!marked)
        return;
    memset(marked + ui->n_marked_cap, 0, (cap - ui->n_marked_cap) * sizeof *marked);
    ui->marked = marked;
    ui->n_marked_cap = cap;
}

/* Sorting thousands of rows at every key would be felt: only when something of it has changed. */
static void build_rows(ax_ui *ui)
{
    ax_err err;
    bool same = ui->built.valid && ui->built.seq == ui->state->seq && ui->built.sort == ui->sort &&
                ui->built.reverse == ui->reverse && !strcmp(ui->built.filter, ui->filter.text);
    if (same)
        return;
    ui->built.valid = ax_rows_build(&ui->rows, ui->state, &ui->filter, ui->sort, ui->reverse, &err) == AX_OK;
    if (!ui->built.valid)
        ax_ui_say(ui, true, "%s", err.msg);
    ui->built.seq = ui->state->seq;
    ui->built.sort = ui->sort;
    ui->built.reverse = ui->reverse;
    snprintf(ui->built.filter, sizeof ui->built.filter, "%s", ui->filter.text);
}

static void refresh_views(ax_ui *ui, bool replaced)
{
    for (int i = 0; i < AX_VIEW_COUNT; i++)
        if (ax_views[i]->refresh)
            ax_views[i]->refresh(ui, replaced);
}

void ax_ui_replaced(ax_ui *ui)
{
    uint32_t n = ui->state->n_candidates;
    ui->built.valid = false;
    ax_plots_free(ui->plots);
    ui->plots = ax_plots_new();
    for (uint32_t i = n; i < ui->n_marked_cap && ui->n_marked; i++)
        if (ui->marked[i]) {
            ui->marked[i] = false;
            ui->n_marked--;
        }
    if (ui->compare > n)
        ui->compare = 0;
    if (ui->edit.parent > n)
        ui->edit.parent = 0;
    refresh_views(ui, true);
}

void ax_ui_refresh(ax_ui *ui)
{
    grow_marks(ui);
    refresh_views(ui, false);
    /* a question is about what was on the screen when it was asked: nothing moves under it */
    if (ui->asking == AX_ASK_NOTHING || !ui->rows.n)
        build_rows(ui);
    if (!ui->rows.n) {
        ui->selected = ui->filter.n ? 0 : ui->selected;
        return;
    }
    if (!ui->moved)
        ui->selected = ax_state_best_of_all(ui->state);
    if (ax_rows_find(&ui->rows, ui->selected) < 0)
        ui->selected = ui->rows.id[0];
}

void ax_ui_arrange(ax_ui *ui, int rows, int cols)
{
    ui->layout = ax_layout_of(rows, cols, ui->view);
    for (int i = 0; i < AX_VIEW_COUNT; i++)
        if (ax_views[i]->arrange)
            ax_views[i]->arrange(ui);
}

void ax_ui_select_row(ax_ui *ui, long row)
{
    if (!ui->rows.n)
        return;
    row = row < 0 ? 0 : row >= (long)ui->rows.n ? (long)ui->rows.n - 1 : row;
    ui->selected = ui->rows.id[row];
    ui->moved = true;
    ui->image = 0;
}

double ax_ui_undo_left(const ax_ui *ui, ax_prunes *what)
{
    bool any = ui->link == AX_LINK_LIVE && ax_state_last_prunes(ui->state, what);
    return any ? fmax(what->until - ax_ui_elapsed(ui), 0) : 0;
}

const char *ax_ui_word(const ax_ui *ui)
{
    static const char *const ended[] = {
        [AX_ENDING_FINISHED] = "FINISHED", [AX_ENDING_STOPPED] = "STOPPED", [AX_ENDING_FAILED] = "FAILED"
    };
    if (ui->loading < 1)
        return "LOADING";
    if (ui->state->ending)
        return ended[ui->state->ending];
    if (ui->link != AX_LINK_LIVE)
        return ui->state->died ? "DIED" : "NO ENGINE";
    return ui->state->paused ? "PAUSED" : "RUNNING";
}

bool ax_ui_wakes(const ax_ui *ui)
{
    return ui->can_wake && !ui->readonly && ui->link != AX_LINK_LIVE && ui->state->ending == AX_ENDING_FINISHED;
}

const char *ax_ui_refuses(const ax_ui *ui, bool wakes)
{
    if (ui->readonly)
        return "this view only reads";
    if (ui->link == AX_LINK_LIVE || (wakes && ax_ui_wakes(ui)))
        return NULL;
    return ax_ui_resume_refused(ui) ? "no engine runs" : "no engine runs; R starts it again";
}

const char *ax_ui_resume_refused(const ax_ui *ui)
{
    if (ui->readonly)
        return "this view only reads";
    if (ui->link == AX_LINK_LIVE)
        return "the engine runs";
    if (ui->state->ending == AX_ENDING_FINISHED)
        return "the run is finished";
    return ui->can_resume ? NULL : "no engine can be started from here";
}

double ax_ui_elapsed(const ax_ui *ui)
{
    bool lives = ui->link == AX_LINK_LIVE && !ui->state->bye[0];
    return lives ? ax_state_elapsed(ui->state, ui->now) : ui->state->elapsed;
}

bool ax_ui_is_running(const ax_ui *ui)
{
    return ui->link == AX_LINK_LIVE && !ui->state->bye[0] && !ui->state->paused;
}

double ax_ui_next_tick(const ax_ui *ui)
{
    bool clock = ax_ui_is_running(ui) && ui->state->first_at > 0;
    ax_prunes p;
    if (!clock && !(ax_ui_undo_left(ui, &p) > 0))
        return INFINITY;
    return 1 - fmod(ax_ui_elapsed(ui), 1);
}

/* NULL: no memory, and it says so. */
static ax_command *new_command(ax_ui *ui, ax_verb verb)
{
    if (ui->n_out == ui->out_cap) {
        uint32_t cap = ui->out_cap ? 2 * ui->out_cap : 4;
        ax_command *out = realloc(ui->out, cap * sizeof *out);
        if (!out) {
            ax_ui_say(ui, true, "%s: no memory", ax_verb_word(verb));
            return NULL;
        }
        ui->out = out;
        ui->out_cap = cap;
    }
    ax_command *c = &ui->out[ui->n_out++];
    *c = (ax_command) { .verb = verb };
    return c;
}

void ax_ui_send(ax_ui *ui, ax_verb verb, uint32_t id, const char *text)
{
    ax_command *c = new_command(ui, verb);
    if (!c)
        return;
    c->id = id;
    snprintf(c->text, sizeof c->text, "%s", text);
}

void ax_ui_send_ids(ax_ui *ui, ax_verb verb, const uint32_t *ids, uint32_t n)
{
    for (uint32_t i = 0; i < n; i += AX_COMMAND_IDS) {
        ax_command *c = new_command(ui, verb);
        if (!c)
            return;
        c->n_ids = n - i < AX_COMMAND_IDS ? n - i : AX_COMMAND_IDS;
        memcpy(c->ids, ids + i, c->n_ids * sizeof *ids);
        c->batch = verb == AX_VERB_PRUNE;
    }
}
