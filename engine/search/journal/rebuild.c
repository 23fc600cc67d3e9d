/* The settled candidates, made anew from the events when candidates.mpk is damaged: whatever settles a candidate was
   said in an event. What an event says in other words than the row: log-probabilities of single decisions are float
   there, and of a pruned candidate its place in the queue isn't kept; both matter only until a candidate is settled. */
#include "engine/search/search_internal.h"

#include "engine/space/space.h"
#include "engine/train/trainer.h"
#include "engine/wire/eventlog.h"

#include <stdio.h>

typedef struct rebuild {
    ax_search *search;
    uint64_t seq, seen; /* the last event that counts; the last that was read */
    bool odd;           /* an event is about a candidate that the snapshot doesn't know */
    bool lost;          /* events were lost once, and LOST stands for them */
} rebuild;

static void proposed(ax_search *s, ax_row *r, const ax_event *ev)
{
    *r = (ax_row) {
        .proposal = ax_proposal_of(&ev->u.PROPOSED.genotype),
        .status = AX_QUEUED,
        .before = AX_QUEUED,
        .outcome = ax_outcome_none,
        .open = true,
    };
    ax_candidate_apply(&r->record, ev);
    const ax_row *parent = ax_search_get(s, r->parent);
    const ax_space *space = ax_space_of(&r->proposal.genotype);
    if (ax_row_is_full(r) && parent && parent->status)
        r->proposal = parent->proposal;
    else
        for (int d = 0; d < space->n_decisions; d++)
            r->proposal.logp_each[d] = ev->u.PROPOSED.logp_each[space->order[d]];
    r->proposal.logp = ev->u.PROPOSED.logp;
    r->proposal.entropy = ev->u.PROPOSED.entropy;
}

static void scored(const ax_search *s, ax_row *r)
{
    const ax_settings *set = &s->setup.settings;
    if (ax_row_is_full(r)) /* said as 3 */
        r->outcome.stage = (uint32_t)ax_train_job_default(set, &r->proposal.genotype, true).stages;
    if (!ax_row_is_full(r) && !r->reused) /* the gate was asked, or would have let it pass */
        r->verdict = AX_VERDICT_ON;
}

/* What was to be trained fully may be promoted again. */
static void give_back(ax_search *s, uint32_t id)
{
    const ax_row *r = ax_search_get(s, id);
    if (ax_search_get(s, r->parent) && s->row[r->parent - 1].full == id)
        s->row[r->parent - 1].full = 0;
}

static void pruned(ax_search *s, ax_row *r, const ax_event *ev)
{
    if (ev->u.PRUNED.phase == 1)
        r->prune_order = r->prune_batch ? ++s->prunes : 0; /* older engines didn't count */
    else if (ev->u.PRUNED.phase == 2 && r->before != AX_DONE)
        give_back(s, ev->id);
}

static void failed(ax_search *s, ax_row *r, const ax_event *ev)
{
    r->cause = ax_cause_of(ev->u.FAILED.cause);
    r->crashes += ax_cause_retry(r->cause) == AX_RETRY_ONCE;
    if (!ev->u.FAILED.retried)
        give_back(s, ev->id);
}

static void fold(void *context, const ax_event *ev)
{
    rebuild *b = context;
    ax_search *s = b->search;
    if (ev->seq > b->seq)
        return;
    b->seen = ev->seq;
    b->lost = b->lost || ev->kind == AX_EVENT_LOST;
    if (!ev->id || ev->id > s->n_rows) {
        b->odd = b->odd || ev->id;
        return;
    }
    ax_row *r = &s->row[ev->id - 1];
    if (ev->kind == AX_EVENT_PROMOTED)
        r->bypass_gate = r->bypass_gate || (!ev->u.PROMOTED.to && r->status == AX_RUNNING);
    if (ev->kind == AX_EVENT_PROPOSED)
        proposed(s, r, ev);
    else
        ax_candidate_apply(&r->record, ev);
    switch (ev->kind) {
    case AX_EVENT_STARTED:
        r->attempts = (uint32_t)ev->u.STARTED.attempt;
        break;
    case AX_EVENT_SCORED:
        scored(s, r);
        break;
    case AX_EVENT_GATED:
        r->verdict = ev->u.GATED.passed ? AX_VERDICT_ON : AX_VERDICT_END;
        break;
    case AX_EVENT_PRUNED:
        pruned(s, r, ev);
        break;
    case AX_EVENT_FAILED:
        failed(s, r, ev);
        break;
    default:
        break;
    }
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
    for (uint32_t i = 0; i < s->n_rows; i++)
        /* one that the gate ended and that was started again after a crash: older engines didn't say once more that it
           was scored */
        if (s->row[i].status == AX_RUNNING && s->row[i].verdict == AX_VERDICT_END)
            s->row[i].status = AX_DONE;
    return AX_OK;
}
