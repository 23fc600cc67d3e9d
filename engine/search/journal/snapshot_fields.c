#include "engine/search/journal/snapshot_fields.h"

#include "engine/base/pack.h"
#include "engine/wire/field.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define MEMBER(type, name, member, later)                                                                              \
    {                                                                                                                  \
        AX_FIELD_##type, name, offsetof(ax_entry, member), sizeof(((ax_entry *)0)->member), later                      \
    }
#define FIELD(type, name, member) MEMBER(type, name, member, false)
#define LATER(type, name, member) MEMBER(type, name, member, true)
#define FIGURE_TYPE_REAL REAL
#define FIGURE_TYPE_WHOLE COUNT
#define FIGURE(since, type, name) FIGURE_##since(FIGURE_TYPE_##type, #name, outcome.name)
#define FIGURE_FIRST(type, name, member) FIELD(type, name, member)
#define FIGURE_LATER(type, name, member) LATER(type, name, member)
#define FIGURE_PROPOSED_PROPOSED(since, type, name) FIGURE(since, type, name),
#define FIGURE_PROPOSED_SCORED(since, type, name)
#define FIGURE_PROPOSED_FINAL(since, type, name)
#define FIGURE_SCORED_PROPOSED(since, type, name)
#define FIGURE_SCORED_SCORED(since, type, name) FIGURE(since, type, name),
#define FIGURE_SCORED_FINAL(since, type, name) FIGURE(since, type, name),
#define FIGURE_OF_PROPOSED(A, id, type, event, since, name, ...) FIGURE_PROPOSED_##event(since, type, name)
#define FIGURE_OF_SCORED(A, id, type, event, since, name, ...) FIGURE_SCORED_##event(since, type, name)
static const ax_field members[] = {
    FIELD(GENOTYPE, "genotype", proposal.genotype),
    FIELD(STATUS, "status", status),
    FIELD(STATUS, "before", before),
    FIELD(REALS, "logp_each", proposal.logp_each),
    FIELD(U32, "parent", parent),
    FIELD(U32, "full", full),
    LATER(U32, "reused", reused),
    LATER(U32, "finalist", finalist),
    LATER(COUNT, "seed", seed),
    FIELD(U32, "place", place),
    FIELD(U32, "attempts", attempts),
    FIELD(U32, "crashes", crashes),
    FIELD(U32, "verdict", verdict),
    FIELD(TEXT, "origin", origin),
    FIELD(CAUSE, "cause", cause),
    FIELD(REAL, "logp", proposal.logp),
    FIELD(REAL, "entropy", proposal.entropy),
    FIELD(REAL, "prune_until", prune_until),
    LATER(U64, "prune_batch", prune_batch),
    LATER(U32, "prune_order", prune_order),
    FIELD(BOOL, "pinned", pinned),
    FIELD(BOOL, "waved", bypass_gate),
    AX_METRIC_LIST(FIGURE_OF_PROPOSED, ) AX_METRIC_LIST(FIGURE_OF_SCORED, ) FIELD(U32, "stage", outcome.stage),
    FIELD(U32, "batch", outcome.batch),
};
enum { MEMBERS = sizeof members / sizeof *members };
static const ax_fields fields = { members, MEMBERS, offsetof(ax_entry, proposal.genotype) };

void ax_entry_pack(msgpack_packer *pk, uint32_t id, const ax_entry *r)
{
    msgpack_pack_map(pk, MEMBERS + 1);
    ax_pack_text(pk, "id");
    msgpack_pack_uint32(pk, id);
    ax_fields_pack(pk, &fields, r);
}

bool ax_entry_unpack(const msgpack_object *o, uint32_t id, uint32_t n, ax_entry *r)
{
    int64_t at;
    memset(r, 0, sizeof *r);
    r->outcome = ax_outcome_none;
    if (!ax_read_whole(ax_map_get(o, "id"), &at) || at != id)
        return false;
    for (int i = 0; i < MEMBERS; i++) {
        const msgpack_object *v = ax_map_get(o, members[i].name);
        if ((v || !members[i].later) && !ax_field_read_object(v, &fields, &members[i], r))
            return false;
    }
    if (ax_entry_is_full(r) && r->outcome.stage) /* older snapshots have the stage number of its second part */
        r->outcome.stage = AX_STAGE_FULL;
    return r->verdict <= AX_VERDICT_END && r->parent <= n && r->full <= n && r->reused <= n && !isnan(r->prune_until) &&
           r->finalist <= AX_FINALISTS;
}
