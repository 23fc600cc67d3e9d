#include "engine/search/journal/snapshot_fields.h"

#include "engine/base/pack.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

typedef enum kind { U32, U64, WHOLE, REAL, TEXT, CAUSE, BOOL } kind; /* WHOLE: int64_t, not below 0 */

typedef struct field {
    const char *name;
    kind kind;
    size_t offset, size;
    bool later; /* older snapshots don't have it: 0, or what ax_row_unpack makes of it */
} field;

#define FIELD(kind, name, member)                                                                                      \
    {                                                                                                                  \
        name, kind, offsetof(ax_row, member), sizeof(((ax_row *)0)->member), false                                     \
    }
#define LATER(kind, name, member)                                                                                      \
    {                                                                                                                  \
        name, kind, offsetof(ax_row, member), sizeof(((ax_row *)0)->member), true                                      \
    }
#define FIGURE(since, type, name) FIGURE_##since(type, #name, outcome.name)
#define FIGURE_FIRST FIELD
#define FIGURE_LATER LATER
#define FIGURE_PROPOSED_PROPOSED(since, type, name) FIGURE(since, type, name),
#define FIGURE_PROPOSED_SCORED(since, type, name)
#define FIGURE_SCORED_PROPOSED(since, type, name)
#define FIGURE_SCORED_SCORED(since, type, name) FIGURE(since, type, name),
#define FIGURE_OF_PROPOSED(A, id, type, event, since, name, ...) FIGURE_PROPOSED_##event(since, type, name)
#define FIGURE_OF_SCORED(A, id, type, event, since, name, ...) FIGURE_SCORED_##event(since, type, name)
/* origin, statuses, genotype and logp_each are written apart: they aren't plain numbers */
static const field fields[] = {
    FIELD(U32, "parent", parent),
    FIELD(U32, "full", full),
    LATER(U32, "reused", reused),
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
enum { FIELDS = sizeof fields / sizeof *fields };

static void pack_status(msgpack_packer *pk, ax_status status)
{
    char text[2] = { (char)status, '\0' };
    ax_pack_text(pk, text);
}

static void pack_field(msgpack_packer *pk, const field *f, const ax_row *r)
{
    const char *at = (const char *)r + f->offset;
    uint32_t u32;
    uint64_t u64;
    double real;
    bool flag;
    ax_pack_text(pk, f->name);
    switch (f->kind) {
    case U32:
        memcpy(&u32, at, sizeof u32);
        msgpack_pack_uint32(pk, u32);
        break;
    case U64:
    case WHOLE:
        memcpy(&u64, at, sizeof u64);
        msgpack_pack_uint64(pk, f->kind == WHOLE && u64 > INT64_MAX ? 0 : u64);
        break;
    case REAL:
        memcpy(&real, at, sizeof real);
        ax_pack_real(pk, real);
        break;
    case TEXT:
        ax_pack_text(pk, at);
        break;
    case CAUSE:
        ax_pack_text(pk, ax_cause_word(r->cause));
        break;
    case BOOL:
        memcpy(&flag, at, sizeof flag);
        ax_pack_bool(pk, flag);
        break;
    }
}

void ax_row_pack(msgpack_packer *pk, uint32_t id, const ax_row *r)
{
    char text[AX_GENOTYPE_TEXT];
    msgpack_pack_map(pk, FIELDS + 5);
    ax_pack_text(pk, "id");
    msgpack_pack_uint32(pk, id);
    ax_pack_text(pk, "genotype");
    ax_pack_text(pk, ax_genotype_print(&r->proposal.genotype, text));
    ax_pack_text(pk, "status");
    pack_status(pk, r->status);
    ax_pack_text(pk, "before");
    pack_status(pk, r->before);
    ax_pack_text(pk, "logp_each");
    const uint32_t n = ax_space_of(&r->proposal.genotype)->n_decisions;
    msgpack_pack_array(pk, n);
    for (uint32_t i = 0; i < n; i++)
        ax_pack_real(pk, r->proposal.logp_each[i]);
    for (int i = 0; i < FIELDS; i++)
        pack_field(pk, &fields[i], r);
}

static bool read_status(const msgpack_object *o, ax_status *out)
{
    char text[2];
    return ax_read_text(o, text, sizeof text) && ax_status_read(text, out) && *out != AX_PROMOTED;
}

static bool read_field(const msgpack_object *o, const field *f, ax_row *r)
{
    char word[16];
    char *at = (char *)r + f->offset;
    uint32_t u32;
    uint64_t u64;
    double real;
    bool flag;
    switch (f->kind) {
    case U32:
    case U64:
    case WHOLE:
        if (!o || o->type != MSGPACK_OBJECT_POSITIVE_INTEGER || (f->kind == U32 && o->via.u64 > UINT32_MAX) ||
            (f->kind == WHOLE && o->via.u64 > INT64_MAX))
            return false;
        u64 = o->via.u64;
        u32 = (uint32_t)u64;
        memcpy(at, f->kind == U32 ? (const void *)&u32 : (const void *)&u64, f->size);
        return true;
    case REAL:
        if (!ax_read_real(o, &real))
            return false;
        memcpy(at, &real, sizeof real);
        return true;
    case TEXT:
        return ax_read_text(o, at, f->size);
    case CAUSE:
        if (!ax_read_text(o, word, sizeof word))
            return false;
        r->cause = ax_cause_of(word);
        return true;
    case BOOL:
        if (!o || o->type != MSGPACK_OBJECT_BOOLEAN)
            return false;
        flag = o->via.boolean;
        memcpy(at, &flag, sizeof flag);
        return true;
    }
    return false;
}

bool ax_row_unpack(const msgpack_object *o, uint32_t id, uint32_t n, ax_row *r)
{
    int64_t at;
    char text[AX_GENOTYPE_TEXT];
    memset(r, 0, sizeof *r);
    r->outcome = ax_outcome_none;
    if (!ax_read_whole(ax_map_get(o, "id"), &at) || at != id ||
        !ax_read_text(ax_map_get(o, "genotype"), text, sizeof text) ||
        ax_genotype_parse(text, &r->proposal.genotype, NULL) != AX_OK ||
        !read_status(ax_map_get(o, "status"), &r->status) || !read_status(ax_map_get(o, "before"), &r->before))
        return false;
    const msgpack_object *each = ax_map_get(o, "logp_each");
    if (!each || each->type != MSGPACK_OBJECT_ARRAY ||
        each->via.array.size != ax_space_of(&r->proposal.genotype)->n_decisions)
        return false;
    for (uint32_t i = 0; i < each->via.array.size; i++)
        if (!ax_read_real(&each->via.array.ptr[i], &r->proposal.logp_each[i]))
            return false;
    for (int i = 0; i < FIELDS; i++) {
        const msgpack_object *v = ax_map_get(o, fields[i].name);
        if ((v || !fields[i].later) && !read_field(v, &fields[i], r))
            return false;
    }
    if (ax_row_is_full(r) && r->outcome.stage) /* older snapshots have that of its second part */
        r->outcome.stage = AX_STAGE_FULL;
    return r->verdict <= AX_VERDICT_END && r->parent <= n && r->full <= n && r->reused <= n && !isnan(r->prune_until);
}
