/* Commands of users on candidates. Every verb either changes something and emits an event, or answers why not. */
#include "engine/search/commands_internal.h"

#include "engine/base/utf8.h"
#include "engine/space/change.h"
#include "engine/space/space.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void ax_search_reply(ax_answer *a, ax_code code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char text[2 * AX_COMMAND_TEXT];
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    ax_utf8_copy(a->message, sizeof a->message, text);
    a->code = code;
}

const char *ax_entry_word(const ax_entry *r)
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

/* Checks a candidate, or with id 0 the run. */
static void change_pause(ax_search *s, uint32_t id, bool on, const char *by)
{
    ax_event ev = ax_search_event(AX_EVENT_PAUSED, id);
    ev.u.PAUSED.on = on;
    snprintf(ev.u.PAUSED.by, sizeof ev.u.PAUSED.by, "%s", by);
    if (id)
        ax_search_record(s, &ev);
    else
        ax_search_emit(s, &ev);
}

uint32_t ax_search_withdraw(ax_search *s, uint32_t id)
{
    uint32_t place = ax_search_dequeue(s, id);
    ax_worker_slot *slot = place == UINT32_MAX ? ax_search_slot(s, id) : NULL;
    if (slot)
        slot->stop_requested = true;
    return place == UINT32_MAX ? 0 : place;
}

static void pause_run(ax_search *s, const ax_command *c, ax_answer *a)
{
    if (s->paused) {
        ax_search_reply(a, AX_OK, "the run is paused already");
        return;
    }
    s->paused = true;
    change_pause(s, 0, true, c->by);
    for (uint32_t k = AX_WORKERS; k-- > 0;) {
        ax_worker_slot *slot = &s->slot[k];
        if (!slot->id || slot->stop_requested)
            continue;
        slot->stop_requested = true;
        ax_search_enqueue(s, slot->id, 0);
    }
    ax_search_reply(a, AX_OK, "the run is paused");
}

static void do_pause(ax_search *s, const ax_command *c, const ax_entry *r, ax_answer *a)
{
    if (!r) {
        pause_run(s, c, a);
    } else if (r->status == AX_PAUSED) {
        ax_search_reply(a, AX_OK, "#%u is paused already", c->id);
    } else if (r->status != AX_QUEUED && r->status != AX_RUNNING) {
        ax_search_reply(a, AX_EINVAL, "#%u is %s: there is nothing to pause", c->id, ax_entry_word(r));
    } else {
        ax_search_withdraw(s, c->id);
        change_pause(s, c->id, true, c->by);
        ax_search_reply(a, AX_OK, "paused #%u", c->id);
    }
}

static void do_continue(ax_search *s, const ax_command *c, const ax_entry *r, ax_answer *a)
{
    if (!r && !s->paused) {
        ax_search_reply(a, AX_OK, "the run isn't paused");
    } else if (!r) {
        s->paused = false;
        s->failures = 0;
        change_pause(s, 0, false, c->by);
        ax_search_reply(a, AX_OK, "the run goes on");
    } else if (r->status == AX_PAUSED) {
        change_pause(s, c->id, false, c->by);
        ax_search_enqueue(s, c->id, 0);
        ax_search_reply(a, AX_OK, s->paused ? "#%u goes on when the run does" : "#%u is next", c->id);
    } else {
        ax_search_reply(a, AX_EINVAL, "#%u isn't paused: it is %s", c->id, ax_entry_word(r));
    }
}

static void say_noted(ax_search *s, const ax_command *c, const char *text, int pin)
{
    ax_event ev = ax_search_event(AX_EVENT_NOTED, c->id);
    snprintf(ev.u.NOTED.text, sizeof ev.u.NOTED.text, "%s", text);
    ev.u.NOTED.pin = pin;
    snprintf(ev.u.NOTED.by, sizeof ev.u.NOTED.by, "%s", c->by);
    if (c->id)
        ax_search_record(s, &ev);
    else
        ax_search_emit(s, &ev);
}

static void do_pin(ax_search *s, const ax_command *c, const ax_entry *r, ax_answer *a)
{
    say_noted(s, c, "", !r->pinned);
    ax_search_reply(a, AX_OK, r->pinned ? "pinned #%u" : "unpinned #%u", c->id);
}

static void do_note(ax_search *s, const ax_command *c, ax_answer *a)
{
    say_noted(s, c, c->text, -1);
    ax_search_reply(a, AX_OK, c->id ? "noted at #%u" : "noted", c->id);
}

/* A candidate made by a person: no strategy proposed it, so it has no probability. */
static ax_code add_handmade(ax_search *s, const ax_genotype *g, uint32_t parent, uint32_t *id, ax_err *err)
{
    ax_proposal p = ax_proposal_of(g);
    ax_code code = ax_search_add(s, &p, ax_origin_word(AX_ORIGIN_USER), parent, 0, id, err);
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
    const ax_space *space = ax_space_named(s->setup.settings.space);
    if (code == AX_OK && ax_space_of(&g) != space)
        code = ax_fail(&err, AX_EINVAL, "the genotype is one of %s, and this run searches %s", ax_space_of(&g)->name,
                       space->name);
    if (code == AX_OK)
        code = add_handmade(s, &g, 0, &id, &err);
    uint32_t known = code == AX_OK ? ax_search_reusable(s, id) : 0;
    a->id = code == AX_OK ? id : 0;
    if (known)
        ax_search_reply(a, AX_OK, "#%u is the network of #%u and takes its outcome", id, known);
    else if (code == AX_OK)
        ax_search_reply(a, AX_OK, "#%u is next", id);
    else
        ax_search_reply(a, code, "%s", err.msg);
}

static void do_fork(ax_search *s, const ax_command *c, const ax_entry *r, ax_answer *a)
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
    uint32_t known = code == AX_OK ? ax_search_reusable(s, id) : 0;
    a->id = code == AX_OK ? id : 0;
    if (code == AX_OK)
        ax_genotype_describe(&from, &g, what, sizeof what - 96); /* room for the rest of the line */
    if (known)
        ax_search_reply(a, AX_OK, "#%u, #%u with %s, is the network of #%u and takes its outcome", id, c->id, what,
                        known);
    else if (code == AX_OK)
        ax_search_reply(a, AX_OK, "#%u is next: #%u with %s", id, c->id, what);
    else
        ax_search_reply(a, code, "%s", err.msg);
}

/* Checks a command; false: *a says why it is refused. */
static bool check(const ax_search *s, const ax_command *c, ax_answer *a)
{
    ax_verb_on on = ax_verb_acts_on(c->verb);
    bool several = on == AX_ON_SEVERAL || on == AX_ON_SEVERAL_OR_LAST;
    uint32_t unknown = ax_search_get(s, c->id) ? 0 : c->id;
    for (uint32_t i = 0; i < c->n_ids && !unknown; i++)
        unknown = ax_search_get(s, c->ids[i]) ? 0 : c->ids[i];
    if (!ax_utf8_is_plain(c->text) || !ax_utf8_is_plain(c->by))
        ax_search_reply(a, AX_EINVAL, "the text isn't UTF-8, or holds a character that can't be seen");
    else if (unknown)
        ax_search_reply(a, AX_EINVAL, "there is no candidate #%u", unknown);
    else if (c->n_ids && !several)
        ax_search_reply(a, AX_EINVAL, "%s takes one candidate at a time", ax_verb_word(c->verb));
    else if (!c->id && !c->n_ids && (on == AX_ON_ONE || on == AX_ON_SEVERAL))
        ax_search_reply(a, AX_EINVAL, "%s needs a candidate", ax_verb_word(c->verb));
    else
        return true;
    return false;
}

void ax_search_act(ax_search *s, const ax_command *c, ax_answer *a)
{
    if (!check(s, c, a))
        return;
    ax_entry *r = ax_search_touch(s, c->id);
    switch (c->verb) {
    case AX_VERB_PAUSE:
        do_pause(s, c, r, a);
        break;
    case AX_VERB_CONTINUE:
        do_continue(s, c, r, a);
        break;
    case AX_VERB_PRUNE:
        ax_search_prune(s, c, a);
        break;
    case AX_VERB_UNDO:
        ax_search_undo(s, c, a);
        break;
    case AX_VERB_PROMOTE:
        ax_search_promote(s, c, r, a);
        break;
    case AX_VERB_DEMOTE:
        ax_search_demote(s, c, r, a);
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
        ax_search_reply(a, AX_OK, "saved");
        break;
    case AX_VERB_STOP:
        s->wants_stop = true;
        ax_search_reply(a, AX_OK, "the engine stops; the run can be resumed");
        break;
    case AX_VERB_COUNT:
        break;
    }
}
