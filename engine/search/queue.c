/* Adds a candidate: computes its size, adds it to the table, emits PROPOSED and puts it into the queue. */
#include "engine/search/search_internal.h"

#include "engine/model/network.h"
#include "engine/space/space.h"
#include "engine/wire/figures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

ax_worker_slot *ax_search_slot(ax_search *s, uint32_t id)
{
    for (uint32_t k = 0; k < AX_WORKERS; k++)
        if (id && s->slot[k].id == id)
            return &s->slot[k];
    return NULL;
}

ax_event ax_search_event(ax_event_kind kind, uint32_t id)
{
    ax_event ev;
    memset(&ev, 0, sizeof ev);
    ev.kind = kind;
    ev.id = id;
    return ev;
}

void ax_search_emit(ax_search *s, ax_event *ev)
{
    s->setup.emit(s->setup.context, ev);
}

void ax_search_enqueue(ax_search *s, uint32_t id, uint32_t place)
{
    if (place > s->n_queue)
        place = s->n_queue;
    memmove(s->queue + place + 1, s->queue + place, (s->n_queue - place) * sizeof *s->queue);
    s->queue[place] = id;
    s->n_queue++;
    ax_event ev = ax_search_event(AX_EVENT_QUEUED, id);
    ev.u.QUEUED.position = place;
    ax_search_record(s, &ev);
}

uint32_t ax_search_dequeue(ax_search *s, uint32_t id)
{
    for (uint32_t i = 0; i < s->n_queue; i++)
        if (s->queue[i] == id) {
            memmove(s->queue + i, s->queue + i + 1, (s->n_queue - i - 1) * sizeof *s->queue);
            s->n_queue--;
            return i;
        }
    return UINT32_MAX;
}

/* The strategy's probabilities and predictions. A snapshot doesn't keep all of them, so they are emitted only at the
   proposal. */
static void say_each(ax_event *ev, const ax_proposal *p, bool again)
{
    ev->u.PROPOSED.expected = again ? (double)NAN : (double)p->expected;
    ev->u.PROPOSED.expected_low = again ? (double)NAN : (double)p->expected_low;
    ev->u.PROPOSED.expected_high = again ? (double)NAN : (double)p->expected_high;
    const ax_space *space = ax_space_of(&p->genotype);
    for (int d = 0; d < AX_MAX_DECISIONS; d++)
        ev->u.PROPOSED.logp_each[d] = ev->u.PROPOSED.entropy_each[d] = NAN;
    for (int d = 0; d < space->n_decisions && !again; d++) {
        ev->u.PROPOSED.logp_each[space->order[d]] = p->logp_each[d];
        ev->u.PROPOSED.entropy_each[space->order[d]] = p->entropy_each[d];
    }
}

void ax_search_say_proposed(ax_search *s, uint32_t id, bool again)
{
    const ax_entry *r = ax_search_get(s, id);
    ax_event ev = ax_search_event(AX_EVENT_PROPOSED, id);
    ev.u.PROPOSED.genotype = r->proposal.genotype;
    ev.u.PROPOSED.parent = r->parent;
    snprintf(ev.u.PROPOSED.origin, sizeof ev.u.PROPOSED.origin, "%s", r->origin);
    ev.u.PROPOSED.seed = r->seed;
    ev.u.PROPOSED.logp = r->proposal.logp;
    ev.u.PROPOSED.entropy = r->proposal.entropy;
    say_each(&ev, &r->proposal, again);
    ax_event_say_figures(&ev, &r->outcome);
    ax_search_emit(s, &ev);
}

ax_code ax_search_add(ax_search *s, const ax_proposal *p, const char *origin, uint32_t parent, int64_t seed,
                      uint32_t *id, ax_err *err)
{
    const ax_settings *set = &s->setup.settings;
    bool full = ax_origin_of(origin) == AX_ORIGIN_PROMOTE;
    ax_decoder_spec spec = {
        .genotype = p->genotype,
        .channels = (int32_t)(full ? set->full_channels : set->channels),
        .repeats = (int32_t)(full ? set->full_repeats : set->repeats),
        .outputs = s->setup.outputs,
        .concat = ax_aggregate_is_concat(set),
    };
    ax_network_figures figures;
    const ax_encoder *encoder = s->setup.encoder ? s->setup.encoder : ax_encoder_builtin();
    ax_code code = ax_network_measure(encoder, &spec, s->setup.h, s->setup.w, &figures, err);
    if (code == AX_OK)
        code = ax_search_reserve(s, s->n_entries + 1, err);
    if (code != AX_OK)
        return code;
    ax_entry r = {
        .parent = parent,
        .seed = seed,
        .proposal = *p,
        .status = AX_QUEUED,
        .before = AX_QUEUED,
        .outcome = ax_outcome_none,
    };
    r.outcome.params = (int64_t)figures.stats.params;
    r.outcome.macs = (int64_t)figures.stats.macs;
    snprintf(r.origin, sizeof r.origin, "%s", origin);
    ax_search_append(s, &r, id);
    ax_search_say_proposed(s, *id, !ax_entry_is_search(&r));
    return AX_OK;
}
