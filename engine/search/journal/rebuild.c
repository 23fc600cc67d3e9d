/* Rebuilds the settled candidates from the events when candidates.mpk is damaged: everything that settles a candidate
   is in an event. Two details differ from the entry: log-probabilities of single decisions are floats, and a pruned
   candidate's place in the queue is missing; both matter only until a candidate is settled. */
#include "engine/search/search_internal.h"

#include "engine/space/space.h"
#include "engine/wire/eventlog.h"

#include <stdio.h>

typedef struct rebuild {
    ax_search *search;
    uint64_t seq, seen; /* the last event that counts; the last one read */
    bool odd;           /* an event is about a candidate that the snapshot doesn't contain */
    bool lost;          /* events were lost before, and LOST stands for them */
} rebuild;

static void proposed(ax_search *s, ax_entry *r, const ax_event *ev)
{
    *r = (ax_entry) {
        .proposal = ax_proposal_of(&ev->u.PROPOSED.genotype),
        .status = AX_QUEUED,
        .before = AX_QUEUED,
        .outcome = ax_outcome_none,
        .open = true,
    };
    ax_search_apply(s, ev);
    const ax_entry *parent = ax_search_get(s, r->parent);
    const ax_space *space = ax_space_of(&r->proposal.genotype);
    if (!ax_entry_is_search(r) && parent && parent->status)
        r->proposal = parent->proposal;
    else
        for (int d = 0; d < space->n_decisions; d++)
            r->proposal.logp_each[d] = ev->u.PROPOSED.logp_each[space->order[d]];
    r->proposal.logp = ev->u.PROPOSED.logp;
    r->proposal.entropy = ev->u.PROPOSED.entropy;
}

static void fold(void *context, const ax_event *ev)
{
    rebuild *b = context;
    ax_search *s = b->search;
    if (ev->seq > b->seq)
        return;
    b->seen = ev->seq;
    b->lost = b->lost || ev->kind == AX_EVENT_LOST;
    if (!ev->id || ev->id > s->n_entries) {
        b->odd = b->odd || ev->id;
        return;
    }
    if (ev->kind == AX_EVENT_PROPOSED)
        proposed(s, &s->entry[ev->id - 1], ev);
    else
        ax_search_apply(s, ev);
}

ax_code ax_search_rebuild(ax_search *s, int dirfd, uint64_t seq, ax_err *err)
{
    static const char name[] = "events.mpk";
    rebuild b = { .search = s, .seq = seq };
    ax_damage damage;
    ax_code code = ax_eventlog_read(dirfd, name, fold, &b, &damage, err);
    if (code != AX_OK)
        return code;
    if (b.seen < seq || b.odd || b.lost || (damage.events && damage.first <= seq))
        return ax_fail(err, AX_EFORMAT, "%s: it can't replace it: %s", name,
                       b.odd ? "it has other candidates" : "events are missing");
    for (uint32_t i = 0; i < s->n_entries; i++)
        /* ended by the gate, then started again after a crash: older engines didn't emit SCORED a second time */
        if (s->entry[i].status == AX_RUNNING && s->entry[i].verdict == AX_VERDICT_END)
            s->entry[i].status = AX_DONE;
    return AX_OK;
}
