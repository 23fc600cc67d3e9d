/* A network that was judged before isn't trained again: its candidate takes the outcome.

   Genotypes that are equal byte by byte would come to the same outcome to the last bit, since candidates of a run share
   crops, order and initialisation. Those that are equal up to their numbering differ in the streams that their tensors
   are initialised from, which are named after the tensors: theirs would be another draw of the same distribution, as
   another seed is. So what is copied is as good a measurement of this network as the one it saves. */
#include "engine/search/search_internal.h"

#include "engine/space/canonical.h"

#include <string.h>

/* Its outcome is that of the whole search schedule. A failure isn't: it may have been the machine's. One that a person
   pruned afterwards was measured nevertheless. */
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

/* A training that has begun is finished: there may be half of it in inflight/. One of the finals is there to be
   trained. */
static bool may_reuse(const ax_search *s, const ax_entry *r)
{
    return s->setup.settings.dedupe && ax_entry_is_search(r) && !r->attempts;
}

bool ax_search_awaits(const ax_search *s, uint32_t id)
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

uint32_t ax_search_known(const ax_search *s, uint32_t id)
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
    o.seconds = 0; /* that it took here */
    ax_search_dequeue(s, id);
    s->dirty = true;
    /* The gate isn't asked: there is nothing left to decide, and its mean is one of trainings. */
    ax_event ev = ax_search_scored_event(s, id, &o, known);
    ax_search_happen(s, &ev);
    return ax_search_learn(s, id, err);
}
