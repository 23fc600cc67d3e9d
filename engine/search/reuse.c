/* A network that was scored before isn't trained again: the duplicate reuses its outcome.

   Genotypes with equal bytes would get the same outcome to the last bit, since the candidates of a run share crops,
   order and initialisation. Genotypes that are equal up to numbering initialise their tensors from other streams, which
   are named after the tensors: they would be another draw from the same distribution, like another seed. So the reused
   outcome is as good a measurement of the network as a new training. */
#include "engine/search/search_internal.h"

#include "engine/space/canonical.h"

#include <string.h>

/* Whether its outcome is that of the whole search schedule. A failure may have been the machine's fault. A candidate
   that a person pruned later counts nevertheless. */
static bool judged(const ax_entry *r)
{
    bool done = r->status == AX_DONE || (r->status == AX_PRUNED && r->before == AX_DONE);
    return done && ax_entry_is_search(r) && !r->reused;
}

static ax_canonical network_of(const ax_search *s, const ax_entry *r)
{
    return ax_genotype_canonical(&r->proposal.genotype, ax_aggregate_is_concat(&s->setup.settings));
}

ax_code ax_search_note_judged(ax_search *s, uint32_t id, ax_err *err)
{
    const ax_entry *r = ax_search_get(s, id);
    if (!s->setup.settings.dedupe || !judged(r))
        return AX_OK;
    ax_canonical c = network_of(s, r);
    return ax_duplicates_add(&s->judged, c.hash, id, err);
}

ax_code ax_search_note_all_judged(ax_search *s, ax_err *err)
{
    ax_code code = AX_OK;
    for (uint32_t id = 1; id <= s->n_entries && code == AX_OK; id++)
        code = ax_search_note_judged(s, id, err);
    return code;
}

/* A training that has begun is finished, since a checkpoint may exist. A training of the finals is always done. */
static bool may_reuse(const ax_search *s, const ax_entry *r)
{
    return s->setup.settings.dedupe && ax_entry_is_search(r) && !r->attempts;
}

bool ax_search_in_training_elsewhere(const ax_search *s, uint32_t id)
{
    const ax_entry *r = ax_search_get(s, id);
    if (!may_reuse(s, r))
        return false;
    ax_canonical c = network_of(s, r);
    for (uint32_t k = 0; k < AX_WORKERS; k++) {
        const ax_entry *other = ax_search_get(s, s->slot[k].id);
        if (!other || s->slot[k].stop_requested || !ax_entry_is_search(other))
            continue;
        ax_canonical o = network_of(s, other);
        if (ax_canonical_same(&o, &c))
            return true;
    }
    return false;
}

uint32_t ax_search_reusable(const ax_search *s, uint32_t id)
{
    const ax_entry *r = ax_search_get(s, id);
    if (!may_reuse(s, r))
        return 0;
    ax_canonical c = network_of(s, r);
    uint32_t at = 0, known;
    while ((known = ax_duplicates_next(&s->judged, c.hash, &at))) {
        ax_canonical other = network_of(s, ax_search_get(s, known));
        if (ax_canonical_same(&other, &c))
            break;
    }
    return known;
}

ax_code ax_search_reuse(ax_search *s, uint32_t id, uint32_t known, ax_err *err)
{
    ax_outcome o = ax_search_get(s, known)->outcome;
    o.seconds = 0; /* no time was spent here */
    ax_search_dequeue(s, id);
    s->dirty = true;
    /* The gate isn't asked: there is nothing to decide, and its mean is over trainings. */
    ax_event ev = ax_search_scored_event(s, id, &o, known);
    ax_search_record(s, &ev);
    return ax_search_learn(s, id, err);
}
