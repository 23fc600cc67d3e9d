#include "tui/ui/ui.h"

#include "engine/base/grow.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool make_slot(void **slot, size_t size)
{
    *slot = size ? calloc(1, size) : NULL;
    return *slot || !size;
}

static void drop_slot(void **slot, void (*release)(void *))
{
    if (*slot && release)
        release(*slot);
    free(*slot);
    *slot = NULL;
}

ax_code ax_ui_init(ax_ui *ui, const ax_state *state, const char *run, ax_err *err)
{
    *ui = (ax_ui) { .state = state, .color = true, .loading = 1 };
    snprintf(ui->run, sizeof ui->run, "%s", run);
    ax_keymap_init(&ui->keys);
    ui->program = "auxcell";
    ui->operand = ui->run;
    bool fits = true;
    for (int i = 0; i < AX_VIEW_COUNT; i++)
        fits = make_slot(&ui->slot[i], ax_views[i]->state) && fits;
    for (int i = 0; i < AX_CONTEXT_COUNT; i++)
        fits = make_slot(&ui->context_slot[i], ax_contexts[i]->state) && fits;
    if (fits)
        return AX_OK;
    ax_ui_release(ui);
    return ax_fail(err, AX_ENOMEM, "no memory for the screens");
}

void ax_ui_release(ax_ui *ui)
{
    for (int i = 0; i < AX_VIEW_COUNT; i++)
        drop_slot(&ui->slot[i], ax_views[i]->release);
    for (int i = 0; i < AX_CONTEXT_COUNT; i++)
        drop_slot(&ui->context_slot[i], NULL);
    free(ui->out);
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

static void refresh_views(ax_ui *ui, bool replaced)
{
    for (int i = 0; i < AX_VIEW_COUNT; i++)
        if (ax_views[i]->refresh)
            ax_views[i]->refresh(ui, replaced);
}

void ax_ui_replaced(ax_ui *ui)
{
    for (int i = 0; i < AX_CONTEXT_COUNT; i++)
        if (ax_contexts[i]->replaced)
            ax_contexts[i]->replaced(ui);
    refresh_views(ui, true);
}

void ax_ui_refresh(ax_ui *ui)
{
    refresh_views(ui, false);
}

void ax_ui_arrange(ax_ui *ui, int rows, int cols)
{
    ui->layout = ax_layout_of(rows, cols, ui->view);
    for (int i = 0; i < AX_VIEW_COUNT; i++)
        if (ax_views[i]->arrange)
            ax_views[i]->arrange(ui);
}

double ax_ui_undo_left(const ax_ui *ui, ax_prunes *what)
{
    bool any = ui->link == AX_LINK_LIVE && ax_state_last_prunes(ui->state, what);
    return any ? fmax(what->until - ax_ui_elapsed(ui), 0) : 0;
}

const char *ax_ui_state_word(const ax_ui *ui)
{
    static const char *const ended[] = {
        [AX_ENDING_FINISHED] = "FINISHED", [AX_ENDING_STOPPED] = "STOPPED", [AX_ENDING_FAILED] = "FAILED"
    };
    if (ui->loading < 1)
        return "LOADING";
    if (ui->replay.on)
        return ax_replay_ended(&ui->replay) ? "END" : ui->replay.held ? "HELD" : "REPLAY";
    if (ui->state->ending)
        return ended[ui->state->ending];
    if (ui->link != AX_LINK_LIVE)
        return ui->state->died ? "DIED" : "NO ENGINE";
    return ui->state->paused ? "PAUSED" : "RUNNING";
}

const char ax_ui_removed_text[] = "the run was removed from disk; what is shown was read before";

bool ax_ui_can_wake_engine(const ax_ui *ui)
{
    return ui->can_wake && !ui->readonly && ui->link != AX_LINK_LIVE && ui->state->ending == AX_ENDING_FINISHED;
}

/* Why the run can only be looked at. NULL: it can be changed. */
static const char *why_look_only(const ax_ui *ui)
{
    if (ui->replay.on)
        return "this is a replay of the past; 'auxcell attach' shows the run";
    if (ui->readonly)
        return "this view only reads; attach without --readonly to change the run";
    return ui->removed ? ax_ui_removed_text : NULL;
}

const char *ax_ui_why_no_command(const ax_ui *ui, bool wakes)
{
    const char *why = why_look_only(ui);
    if (why)
        return why;
    if (ui->link == AX_LINK_LIVE || (wakes && ax_ui_can_wake_engine(ui)))
        return NULL;
    return !ax_ui_resume_refused(ui)                 ? "no engine runs; R starts it again"
           : ui->state->ending == AX_ENDING_FINISHED ? "no engine runs, and the run is finished; x + a c are possible"
                                                     : "no engine runs; 'auxcell resume' starts it again";
}

const char *ax_ui_resume_refused(const ax_ui *ui)
{
    const char *why = why_look_only(ui);
    if (why)
        return why;
    if (ui->link == AX_LINK_LIVE)
        return "the engine runs";
    if (ui->state->ending == AX_ENDING_FINISHED)
        return "the run is finished; + trains a candidate of it longer, c makes a new one";
    return ui->can_resume ? NULL : "no engine can be started from here; 'auxcell resume' does it";
}

double ax_ui_elapsed(const ax_ui *ui)
{
    if (ui->replay.on)
        return ui->replay.at;
    bool lives = ui->link == AX_LINK_LIVE && !ui->state->bye[0];
    return lives ? ax_state_elapsed(ui->state, ui->now) : ui->state->elapsed;
}

bool ax_ui_is_running(const ax_ui *ui)
{
    bool lives = ui->replay.on ? !ax_replay_ended(&ui->replay) : ui->link == AX_LINK_LIVE;
    return lives && !ui->state->bye[0] && !ui->state->paused;
}

double ax_ui_next_tick(const ax_ui *ui)
{
    bool clock = !ui->replay.on && ax_ui_is_running(ui) && ui->state->first_at > 0;
    ax_prunes p;
    if (!clock && !(ax_ui_undo_left(ui, &p) > 0))
        return INFINITY;
    return 1 - fmod(ax_ui_elapsed(ui), 1);
}

/* A new command in the queue. NULL: no memory, which the message line says. */
static ax_command *new_command(ax_ui *ui, ax_verb verb)
{
    ax_command *out = ax_grow(ui->out, ui->n_out, &ui->out_cap, sizeof *out);
    if (!out) {
        ax_ui_say(ui, true, "%s: no memory", ax_verb_word(verb));
        return NULL;
    }
    ui->out = out;
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
