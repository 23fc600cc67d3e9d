/* A session's engine: looked for, followed, and sent the user's commands. */
#include "tui/session/session_internal.h"

#include "engine/wire/run.h"

#include <math.h>
#include <stdio.h>

static void start_loading(ax_session_state *s, pid_t engine)
{
    s->read_for = engine;
    ax_loading_start(&s->loading, s->dirfd);
}

static void go_live(ax_session_state *s)
{
    ax_err err;
    if (ax_client_hello(s->engine.client, s->state.seq, &err) != AX_OK) {
        ax_contact_lost(&s->engine);
        return;
    }
    s->ui.link = AX_LINK_LIVE;
}

/* What was read stays on the screen; a viewer that prints lines says once what the message line says all the time. */
static void mark_removed(ax_session_state *s, bool removed)
{
    if (removed && !s->ui.removed && s->options->plain)
        ax_ui_say(&s->ui, false, "%s", ax_ui_removed_text);
    s->ui.removed = removed;
}

/* Connects to the run's engine, if there is one: once what is shown is the history that this engine goes on with.
   Without an engine, and without its good-bye in the whole history, it has died. A history that was removed isn't read
   again. */
void ax_session_look(ax_session_state *s)
{
    if (s->loading.active)
        return;
    ax_found found = ax_contact_look(&s->engine);
    bool old = found == AX_FOUND_LIVE ? s->read_for != s->engine.engine : ax_loading_is_old(&s->loading, s->dirfd);
    s->dirty = true;
    mark_removed(s, found != AX_FOUND_LIVE && ax_loading_is_gone(&s->loading, s->dirfd));
    if (found == AX_FOUND_LIVE && !old) {
        go_live(s);
    } else if (old && !s->ui.removed && (found != AX_FOUND_SILENT || !s->state.seq)) {
        start_loading(s, found == AX_FOUND_LIVE ? s->engine.engine : 0);
        ax_contact_leave(&s->engine); /* the engine must not wait for a client that is busy reading */
    } else if (found == AX_FOUND_NONE && !s->state.died) {
        ax_state_engine_died(&s->state);
        ax_ui_replaced(&s->ui);
    }
}

static void say_damage(ax_session_state *s)
{
    const ax_damage *d = &s->state.damage;
    char text[AX_DAMAGE_TEXT];
    if (!ax_damage_none(d))
        ax_ui_say(&s->ui, true, "%s; '%s resume %s%s' goes on", ax_damage_text(d, text), s->ui.program, s->operand,
                  d->cut_short ? " --repair" : "");
}

/* Reads on; at the end the history that was read replaces the one on the screen. */
void ax_session_load(ax_session_state *s, double seconds)
{
    if (!s->loading.active)
        return;
    bool whole = ax_loading_step(&s->loading, seconds);
    s->ui.loading = whole || s->state.seq ? 1 : s->loading.share; /* reading again shows no progress */
    s->dirty = s->dirty || s->ui.loading < 1;
    if (!whole)
        return;
    ax_session_hurry(s); /* drawn at once, since the user waits for it */
    ax_state_release(&s->state);
    s->state = s->loading.state;
    ax_state_init(&s->loading.state);
    ax_ui_replaced(&s->ui);
    if (s->loading.code != AX_OK)
        ax_ui_say(&s->ui, true, "%s", s->loading.err.msg);
    else
        say_damage(s);
    ax_session_look(s);
}

static void disconnect(ax_session_state *s)
{
    ax_contact_lost(&s->engine);
    s->read_for = 0;
    s->ui.link = AX_LINK_LOST;
    s->dirty = true;
}

void ax_session_take(ax_session_state *s)
{
    ax_event ev;
    ax_answer answer;
    ax_err err;
    ax_code code = ax_client_pump(s->engine.client, &err);
    for (;;) {
        ax_incoming what = ax_client_next(s->engine.client, &ev, &answer);
        if (what == AX_NOTHING)
            break;
        s->dirty = true;
        if (what == AX_AN_EVENT) {
            ax_state_fold(&s->state, &ev);
            s->stopped = s->stopped || (ev.kind == AX_EVENT_BYE && s->ui.stopping);
        } else {
            ax_ui_say(&s->ui, answer.code != AX_OK, "%s", answer.message);
        }
    }
    if (code != AX_OK)
        disconnect(s);
    if (s->state.out_of_memory)
        ax_ui_say(&s->ui, true, "no memory: the screens are incomplete; the run goes on, 'auxcell status' takes less");
}

/* Starts the engine of a finished run for a command, which takes a moment. */
static void wake(ax_session_state *s)
{
    ax_err err = { AX_OK, "" };
    bool wanted = false;
    for (uint32_t i = 0; i < s->ui.n_out; i++)
        wanted = wanted || ax_verb_wakes_engine(s->ui.out[i].verb);
    if (s->engine.client || !wanted || !ax_ui_can_wake_engine(&s->ui))
        return;
    if (s->options->wake(s->options->context, s->path, &err) == AX_OK)
        ax_session_look(s);
    while (s->loading.active) /* the command that was typed is for this engine */
        ax_session_load(s, INFINITY);
    if (!s->engine.client)
        ax_ui_say(&s->ui, true, "%s",
                  err.msg[0] ? err.msg : "the engine has started but doesn't answer; its folder has engine.log");
}

void ax_session_send(ax_session_state *s)
{
    uint64_t batch = 0;
    wake(s);
    for (uint32_t i = 0; i < s->ui.n_out; i++) {
        ax_err err;
        ax_command *c = &s->ui.out[i];
        if (!s->engine.client)
            break;
        c->request = ax_client_request(s->engine.client);
        batch = c->verb == AX_VERB_PRUNE && c->batch ? (batch ? batch : c->request) : 0;
        c->batch = c->verb == AX_VERB_PRUNE ? batch : c->batch;
        snprintf(c->by, sizeof c->by, "user");
        if (ax_client_send(s->engine.client, c, &err) != AX_OK)
            ax_ui_say(&s->ui, true, "%s", err.msg);
    }
    s->ui.n_out = 0;
}
