/* What a person may do to candidates. Every verb either changes something and says so in an event, or answers why not.
 */
#include "engine/search/search_internal.h"

#include "engine/base/utf8.h"
#include "engine/space/decision.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 4))) static void reply(ax_answer *a, ax_code code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char text[2 * AX_COMMAND_TEXT];
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    ax_utf8_copy(a->message, sizeof a->message, text);
    a->code = code;
}

static const char *status_word(const ax_row *r)
{
    switch (r->status) {
    case AX_QUEUED:
        return "queued";
    case AX_RUNNING:
        return "in training";
    case AX_PAUSED:
        return "paused";
    case AX_DONE:
    case AX_PROMOTED:
        return "finished";
    case AX_PRUNED:
        return "pruned";
    case AX_FAILED:
        return "failed";
    }
    return "unknown";
}

static void say_paused(ax_search *s, uint32_t id, bool on, const char *by)
{
    ax_event ev = ax_search_event(AX_EVENT_PAUSED, id);
    ev.u.PAUSED.on = on;
    snprintf(ev.u.PAUSED.by, sizeof ev.u.PAUSED.by, "%s", by);
    ax_search_emit(s, &ev);
}

/* Takes the candidate off its worker (who will hear of it) or out of the queue; its place there. */
static uint32_t withdraw(ax_search *s, uint32_t id)
{
    uint32_t place = ax_search_dequeue(s, id);
    ax_seat *seat = place == UINT32_MAX ? ax_search_seat(s, id) : NULL;
    if (seat)
        seat->halting = true;
    return place == UINT32_MAX ? 0 : place;
}

static void pause_run(ax_search *s, const ax_command *c, ax_answer *a)
{
    if (s->paused) {
        reply(a, AX_OK, "the run is paused already");
        return;
    }
    s->paused = true;
    say_paused(s, 0, true, c->by);
    for (uint32_t k = AX_WORKERS; k-- > 0;) {
        ax_seat *seat = &s->seat[k];
        if (!seat->id || seat->halting)
            continue;
        seat->halting = true;
        ax_search_enqueue(s, seat->id, 0);
    }
    reply(a, AX_OK, "the run is paused");
}

static void do_pause(ax_search *s, const ax_command *c, ax_row *r, ax_answer *a)
{
    if (!r) {
        pause_run(s, c, a);
    } else if (r->status == AX_PAUSED) {
        reply(a, AX_OK, "#%u is paused already", c->id);
    } else if (r->status != AX_QUEUED && r->status != AX_RUNNING) {
        reply(a, AX_EINVAL, "#%u is %s: there is nothing to pause", c->id, status_word(r));
    } else {
        withdraw(s, c->id);
        r->status = AX_PAUSED;
        say_paused(s, c->id, true, c->by);
        reply(a, AX_OK, "paused #%u", c->id);
    }
}

static void do_continue(ax_search *s, const ax_command *c, ax_row *r, ax_answer *a)
{
    if (!r && !s->paused) {
        reply(a, AX_OK, "the run isn't paused");
    } else if (!r) {
        s->paused = false;
        s->failures = 0;
        say_paused(s, 0, false, c->by);
        reply(a, AX_OK, "the run goes on");
    } else if (r->status == AX_PAUSED) {
        say_paused(s, c->id, false, c->by);
        ax_search_enqueue(s, c->id, 0);
        reply(a, AX_OK, s->paused ? "#%u goes on when the run does" : "#%u is next", c->id);
    } else {
        reply(a, AX_EINVAL, "#%u isn't paused: it is %s", c->id, status_word(r));
    }
}

static void say_pruned(ax_search *s, uint32_t id, int phase, double until, const char *by)
{
    ax_event ev = ax_search_event(AX_EVENT_PRUNED, id);
    ev.u.PRUNED.phase = phase;
    ev.u.PRUNED.until = until;
    snprintf(ev.u.PRUNED.by, sizeof ev.u.PRUNED.by, "%s", by);
    ax_search_emit(s, &ev);
}

static void do_prune(ax_search *s, const ax_command *c, ax_row *r, ax_answer *a)
{
    if (r->status == AX_PRUNED || r->status == AX_FAILED) {
        reply(a, AX_EINVAL, "#%u is %s already", c->id, status_word(r));
        return;
    }
    r->before = r->status;
    r->place = r->status == AX_QUEUED || r->status == AX_RUNNING ? withdraw(s, c->id) : 0;
    r->status = AX_PRUNED;
    r->prune_until = s->now + AX_PRUNE_SECONDS;
    say_pruned(s, c->id, 1, r->prune_until, c->by);
    reply(a, AX_OK, "pruned #%u; undo within %d s", c->id, AX_PRUNE_SECONDS);
}

/* The newest prune that can be taken back. */
static uint32_t last_prune(const ax_search *s)
{
    uint32_t id = 0;
    double newest = 0;
    for (uint32_t k = 0; k < s->n_open; k++) {
        double until = ax_search_look(s, s->open[k])->prune_until;
        if (until > 0 && until >= newest) {
            newest = until;
            id = s->open[k];
        }
    }
    return id;
}

static void do_undo(ax_search *s, const ax_command *c, ax_row *r, ax_answer *a)
{
    uint32_t id = r ? c->id : last_prune(s);
    r = ax_search_row(s, id);
    if (!r) {
        reply(a, AX_EINVAL, "there is nothing to undo");
    } else if (!(r->prune_until > 0)) {
        reply(a, AX_EINVAL, "#%u: no prune of the last %d seconds", id, AX_PRUNE_SECONDS);
    } else {
        r->prune_until = 0;
        r->status = r->before;
        say_pruned(s, id, 0, NAN, c->by);
        if (r->before == AX_RUNNING || r->before == AX_QUEUED)
            ax_search_enqueue(s, id, r->before == AX_QUEUED ? r->place : 0);
        reply(a, AX_OK, "#%u is %s again", id, status_word(r));
    }
}

static void say_promoted(ax_search *s, uint32_t id, uint32_t to, const char *by)
{
    ax_event ev = ax_search_event(AX_EVENT_PROMOTED, id);
    ev.u.PROMOTED.to = to;
    snprintf(ev.u.PROMOTED.by, sizeof ev.u.PROMOTED.by, "%s", by);
    ax_search_emit(s, &ev);
}

static void train_fully(ax_search *s, const ax_command *c, ax_answer *a)
{
    ax_proposal p = ax_search_look(s, c->id)->proposal;
    ax_err err = { AX_OK, "" };
    uint32_t id;
    if (ax_search_add(s, &p, "promote", c->id, &id, &err) != AX_OK) {
        reply(a, err.code, "#%u can't be trained fully: %s", c->id, err.msg);
        return;
    }
    ax_search_row(s, c->id)->full = id; /* the table may have moved */
    say_promoted(s, c->id, id, c->by);
    ax_search_enqueue(s, id, 0);
    reply(a, AX_OK, "#%u: full training as #%u is next", c->id, id);
}

static void do_promote(ax_search *s, const ax_command *c, ax_row *r, ax_answer *a)
{
    if (r->status == AX_RUNNING && ax_row_is_full(r)) {
        reply(a, AX_EINVAL, "#%u is full training already", c->id);
    } else if (r->status == AX_RUNNING && r->verdict != AX_VERDICT_NONE) {
        reply(a, AX_EINVAL, "#%u has been through the gate; once it is finished it can be promoted to full training",
              c->id);
    } else if (r->status == AX_RUNNING) {
        r->waved = true;
        say_promoted(s, c->id, 0, c->by);
        reply(a, AX_OK, "#%u goes through the gate whatever its reward", c->id);
    } else if (r->status == AX_QUEUED) {
        ax_search_dequeue(s, c->id);
        say_promoted(s, c->id, 0, c->by);
        ax_search_enqueue(s, c->id, 0);
        reply(a, AX_OK, "#%u is next", c->id);
    } else if (r->status != AX_DONE) {
        reply(a, AX_EINVAL, "#%u is %s: only what is queued, in training or finished can be promoted", c->id,
              status_word(r));
    } else if (ax_row_is_full(r)) {
        reply(a, AX_EINVAL, "#%u is the result of full training already", c->id);
    } else if (r->full) {
        reply(a, AX_EINVAL, "#%u: its full training is #%u", c->id, r->full);
    } else {
        train_fully(s, c, a);
    }
}

static void say_noted(ax_search *s, const ax_command *c, const char *text, int pin)
{
    ax_event ev = ax_search_event(AX_EVENT_NOTED, c->id);
    snprintf(ev.u.NOTED.text, sizeof ev.u.NOTED.text, "%s", text);
    ev.u.NOTED.pin = pin;
    snprintf(ev.u.NOTED.by, sizeof ev.u.NOTED.by, "%s", c->by);
    ax_search_emit(s, &ev);
}

static void do_pin(ax_search *s, const ax_command *c, ax_row *r, ax_answer *a)
{
    r->pinned = !r->pinned;
    say_noted(s, c, "", r->pinned);
    reply(a, AX_OK, r->pinned ? "pinned #%u" : "unpinned #%u", c->id);
}

static void do_note(ax_search *s, const ax_command *c, ax_answer *a)
{
    say_noted(s, c, c->text, -1);
    reply(a, AX_OK, c->id ? "noted at #%u" : "noted", c->id);
}

/* A candidate that a person made: nobody proposed it, so it has no probability. */
static ax_code add_handmade(ax_search *s, const ax_genotype *g, uint32_t parent, uint32_t *id, ax_err *err)
{
    ax_proposal p = ax_proposal_of(g);
    ax_code code = ax_search_add(s, &p, "user", parent, id, err);
    if (code == AX_OK)
        ax_search_enqueue(s, *id, 0);
    return code;
}

static void do_submit(ax_search *s, const ax_command *c, ax_answer *a)
{
    ax_err err = { AX_OK, "" };
    ax_genotype g;
    uint32_t id;
    ax_code code = ax_genotype_parse(c->text, &g, &err);
    if (code == AX_OK)
        code = add_handmade(s, &g, 0, &id, &err);
    uint32_t known = code == AX_OK ? ax_search_known(s, id) : 0;
    if (known)
        reply(a, AX_OK, "#%u is the network of #%u and takes its outcome", id, known);
    else if (code == AX_OK)
        reply(a, AX_OK, "#%u is next", id);
    else
        reply(a, code, "%s", err.msg);
}

static void do_fork(ax_search *s, const ax_command *c, const ax_row *r, ax_answer *a)
{
    ax_err err = { AX_OK, "" };
    ax_genotype from = r->proposal.genotype, g = from;
    char what[AX_COMMAND_TEXT];
    uint32_t id;
    ax_code code = ax_genotype_edit(&g, c->text, &err);
    if (code == AX_OK && !memcmp(&g, &from, sizeof g))
        code = ax_fail(&err, AX_EINVAL, "nothing of #%u is changed", c->id);
    if (code == AX_OK)
        code = add_handmade(s, &g, c->id, &id, &err);
    uint32_t known = code == AX_OK ? ax_search_known(s, id) : 0;
    if (code == AX_OK)
        ax_genotype_describe(&from, &g, what, sizeof what - 96); /* room for the rest of the line */
    if (known)
        reply(a, AX_OK, "#%u, #%u with %s, is the network of #%u and takes its outcome", id, c->id, what, known);
    else if (code == AX_OK)
        reply(a, AX_OK, "#%u is next: #%u with %s", id, c->id, what);
    else
        reply(a, code, "%s", err.msg);
}

/* Text that goes into events must be what every reader of msgpack takes. */
static bool plain_text(const char *text)
{
    while (*text) {
        size_t n = ax_utf8_len(text);
        if (!n || (unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
        text += n;
    }
    return true;
}

static void act(ax_search *s, const ax_command *c, ax_answer *a)
{
    ax_row *r = ax_search_row(s, c->id);
    bool needs_one =
        c->verb == AX_VERB_PRUNE || c->verb == AX_VERB_PROMOTE || c->verb == AX_VERB_PIN || c->verb == AX_VERB_FORK;
    if (!plain_text(c->text) || !plain_text(c->by)) {
        reply(a, AX_EINVAL, "the text isn't one line of UTF-8");
        return;
    }
    if (!r && c->id) {
        reply(a, AX_EINVAL, "there is no candidate #%u", c->id);
        return;
    }
    if (!r && needs_one) {
        reply(a, AX_EINVAL, "%s needs a candidate", ax_verb_word(c->verb));
        return;
    }
    switch (c->verb) {
    case AX_VERB_PAUSE:
        do_pause(s, c, r, a);
        break;
    case AX_VERB_CONTINUE:
        do_continue(s, c, r, a);
        break;
    case AX_VERB_PRUNE:
        do_prune(s, c, r, a);
        break;
    case AX_VERB_UNDO:
        do_undo(s, c, r, a);
        break;
    case AX_VERB_PROMOTE:
        do_promote(s, c, r, a);
        break;
    case AX_VERB_PIN:
        do_pin(s, c, r, a);
        break;
    case AX_VERB_NOTE:
        do_note(s, c, a);
        break;
    case AX_VERB_SUBMIT:
        do_submit(s, c, a);
        break;
    case AX_VERB_FORK:
        do_fork(s, c, r, a);
        break;
    case AX_VERB_SAVE:
        s->wants_save = true;
        reply(a, AX_OK, "saved");
        break;
    case AX_VERB_STOP:
        s->wants_stop = true;
        reply(a, AX_OK, "the engine stops; the run can be resumed");
        break;
    case AX_VERB_COUNT:
        break;
    }
}

void ax_search_command(ax_search *s, const ax_command *cmd, ax_answer *answer)
{
    for (uint32_t i = 0; i < AX_REQUESTS; i++)
        if (cmd->request && s->request[i].request == cmd->request) {
            *answer = s->request[i];
            return;
        }
    *answer = (ax_answer) { .request = cmd->request, .code = AX_EINVAL };
    act(s, cmd, answer);
    s->dirty = s->dirty || answer->code == AX_OK;
    if (cmd->request) {
        s->request[s->next_request] = *answer;
        s->next_request = (s->next_request + 1) % AX_REQUESTS;
    }
}

void ax_search_tick(ax_search *s)
{
    for (uint32_t k = 0; k < s->n_open; k++) {
        uint32_t id = s->open[k];
        ax_row *r = ax_search_row(s, id);
        if (!(r->prune_until > 0) || r->prune_until > s->now)
            continue;
        r->prune_until = 0;
        s->dirty = true;
        say_pruned(s, id, 2, NAN, "time is up");
        const ax_row *parent = ax_search_look(s, r->parent);
        if (parent && parent->full == id && r->before != AX_DONE)
            ax_search_row(s, r->parent)->full = 0; /* it may be promoted again; the list may have moved by one */
    }
}

double ax_search_deadline(const ax_search *s)
{
    double first = 0;
    for (uint32_t k = 0; k < s->n_open; k++) {
        double until = ax_search_look(s, s->open[k])->prune_until;
        if (until > 0 && (first == 0 || until < first))
            first = until;
    }
    return first;
}
