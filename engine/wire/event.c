#include "engine/wire/event.h"

#include "engine/base/msgread.h"
#include "engine/base/msgskim.h"
#include "engine/base/pack.h"
#include "engine/wire/field.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define MEMBER(kind, type, name)                                                                                       \
    { AX_FIELD_##type, #name, offsetof(ax_event, u.kind.name), sizeof(((ax_event *)0)->u.kind.name), false },
/* The field macro of the list doesn't get the kind, so each kind's table is made under its own definition of F. */
#define F_HELLO(type, name, doc) MEMBER(HELLO, type, name)
#define F_PROPOSED(type, name, doc) MEMBER(PROPOSED, type, name)
#define F_QUEUED(type, name, doc) MEMBER(QUEUED, type, name)
#define F_STARTED(type, name, doc) MEMBER(STARTED, type, name)
#define F_PROGRESS(type, name, doc) MEMBER(PROGRESS, type, name)
#define F_VALIDATED(type, name, doc) MEMBER(VALIDATED, type, name)
#define F_SCORED(type, name, doc) MEMBER(SCORED, type, name)
#define F_GATED(type, name, doc) MEMBER(GATED, type, name)
#define F_LEARNED(type, name, doc) MEMBER(LEARNED, type, name)
#define F_POLICY(type, name, doc) MEMBER(POLICY, type, name)
#define F_PAUSED(type, name, doc) MEMBER(PAUSED, type, name)
#define F_PRUNED(type, name, doc) MEMBER(PRUNED, type, name)
#define F_PROMOTED(type, name, doc) MEMBER(PROMOTED, type, name)
#define F_DEMOTED(type, name, doc) MEMBER(DEMOTED, type, name)
#define F_FINAL(type, name, doc) MEMBER(FINAL, type, name)
#define F_FAILED(type, name, doc) MEMBER(FAILED, type, name)
#define F_NOTED(type, name, doc) MEMBER(NOTED, type, name)
#define F_SAVED(type, name, doc) MEMBER(SAVED, type, name)
#define F_DEVICE(type, name, doc) MEMBER(DEVICE, type, name)
#define F_LOG(type, name, doc) MEMBER(LOG, type, name)
#define F_LOST(type, name, doc) MEMBER(LOST, type, name)
#define F_BYE(type, name, doc) MEMBER(BYE, type, name)
#define FIELDS(kind) static const ax_field fields_##kind[] = { AX_EV_##kind(F_##kind) };
AX_EVENT_LIST(FIELDS)

#define GENOTYPE_PROPOSED offsetof(ax_event, u.PROPOSED.genotype)
#define FIELDS_OF(kind)                                                                                                \
    [AX_EVENT_##kind] = { fields_##kind, sizeof fields_##kind / sizeof *fields_##kind,                                 \
                          AX_EVENT_##kind == AX_EVENT_PROPOSED ? GENOTYPE_PROPOSED : (size_t)AX_FIELDS_NO_GENOTYPE },
static const ax_fields fields_of[AX_EVENT_COUNT] = { AX_EVENT_LIST(FIELDS_OF) };

const char *ax_event_name(ax_event_kind kind)
{
    static const char *const names[AX_EVENT_COUNT] = {
        [AX_EVENT_HELLO] = "hello",     [AX_EVENT_PROPOSED] = "proposed", [AX_EVENT_QUEUED] = "queued",
        [AX_EVENT_STARTED] = "started", [AX_EVENT_PROGRESS] = "progress", [AX_EVENT_SCORED] = "scored",
        [AX_EVENT_GATED] = "gated",     [AX_EVENT_LEARNED] = "learned",   [AX_EVENT_PAUSED] = "paused",
        [AX_EVENT_PRUNED] = "pruned",   [AX_EVENT_PROMOTED] = "promoted", [AX_EVENT_FAILED] = "failed",
        [AX_EVENT_NOTED] = "noted",     [AX_EVENT_SAVED] = "saved",       [AX_EVENT_DEVICE] = "device",
        [AX_EVENT_LOG] = "log",         [AX_EVENT_LOST] = "lost",         [AX_EVENT_BYE] = "bye",
        [AX_EVENT_POLICY] = "policy",   [AX_EVENT_DEMOTED] = "demoted",   [AX_EVENT_VALIDATED] = "validated",
        [AX_EVENT_FINAL] = "final",
    };
    _Static_assert(AX_EVENT_COUNT == 22, "a new kind needs a name here");
    return names[kind];
}

bool ax_event_says_clock(ax_event_kind kind)
{
    return kind != AX_EVENT_PROPOSED && kind != AX_EVENT_SCORED && kind != AX_EVENT_GATED && kind != AX_EVENT_LEARNED &&
           kind != AX_EVENT_POLICY && kind != AX_EVENT_FINAL;
}

/* ---- msgpack ---- */

size_t ax_event_pack(const ax_event *ev, uint8_t *buf, size_t cap)
{
    ax_fixed out = { .buf = buf, .cap = cap };
    msgpack_packer pk;
    msgpack_packer_init(&pk, &out, ax_fixed_write);
    const ax_fields *fields = &fields_of[ev->kind];
    msgpack_pack_array(&pk, 4);
    ax_pack_text(&pk, ax_event_name(ev->kind));
    msgpack_pack_double(&pk, ev->at);
    msgpack_pack_uint32(&pk, ev->id);
    msgpack_pack_map(&pk, fields->n + (ev->clock > 0));
    if (ev->clock > 0) {
        ax_pack_text(&pk, "clock");
        ax_pack_real(&pk, ev->clock);
    }
    ax_fields_pack(&pk, fields, ev);
    return out.full ? 0 : out.len;
}

/* Finds the field of a key. The search starts at `next`, since fields come in the order of the list. */
static size_t find_field(const ax_fields *fields, size_t next, const char *key, size_t n)
{
    for (size_t k = 0; k < fields->n; k++) {
        size_t i = (next + k) % fields->n;
        if (strlen(fields->field[i].name) == n && !memcmp(fields->field[i].name, key, n))
            return i;
    }
    return SIZE_MAX;
}

static ax_code read_fields(ax_msgread *r, const ax_fields *fields, uint32_t n, const char *name, ax_event *ev,
                           ax_err *err)
{
    enum { MOST = 32 };
    bool seen[MOST] = { false };
    size_t next = 0;
    assert(fields->n <= MOST);
    for (uint32_t i = 0; i < n; i++) {
        const char *key;
        size_t size, at = SIZE_MAX;
        if (!ax_msgread_text(r, &key, &size)) {
            ax_msgread_skip(r);
        } else if (size == 5 && !memcmp(key, "clock", 5)) {
            if (!ax_msgread_real(r, &ev->clock) || !(ev->clock > 0 && isfinite(ev->clock)))
                return ax_fail(err, AX_EFORMAT, "event %s: field clock isn't what it should be", name);
            continue;
        } else {
            at = find_field(fields, next, key, size);
        }
        if (at == SIZE_MAX || seen[at]) {
            ax_msgread_skip(r);
            continue;
        }
        if (!ax_field_read(r, fields, &fields->field[at], ev))
            return ax_fail(err, AX_EFORMAT, "event %s: field %s isn't what it should be", name, fields->field[at].name);
        seen[at] = true;
        next = at + 1;
    }
    for (size_t i = 0; i < fields->n; i++)
        if (!seen[i] && !ax_field_lack(&fields->field[i], ev))
            return ax_fail(err, AX_EFORMAT, "event %s: field %s is missing", name, fields->field[i].name);
    return AX_OK;
}

ax_code ax_event_unpack(const uint8_t *bytes, size_t n, ax_event *ev, bool *known, ax_err *err)
{
    char name[16];
    int64_t id;
    uint32_t parts, n_fields;
    ax_msgread r = { bytes, bytes + n };
    memset(ev, 0, sizeof *ev);
    *known = false;
    if (n > AX_EVENT_MAX_BYTES || ax_msg_skim(bytes, n, NULL) != n || !ax_msgread_array(&r, &parts) || parts != 4 ||
        !ax_msgread_copy(&r, name, sizeof name) || !ax_msgread_real(&r, &ev->at) || !isfinite(ev->at) ||
        !ax_msgread_whole(&r, &id) || id < 0 || id > UINT32_MAX || !ax_msgread_map(&r, &n_fields))
        return ax_fail(err, AX_EFORMAT, "not an event");
    ev->id = (uint32_t)id;
    int kind = 0;
    while (kind < AX_EVENT_COUNT && strcmp(name, ax_event_name((ax_event_kind)kind)) != 0)
        kind++;
    *known = kind < AX_EVENT_COUNT;
    if (!*known)
        return AX_OK;
    ev->kind = (ax_event_kind)kind;
    return read_fields(&r, &fields_of[kind], n_fields, name, ev, err);
}

/* ---- JSON ---- */

void ax_event_json(const ax_event *ev, ax_str *out)
{
    ax_str_printf(out, "{\"seq\":%llu,\"at\":%.6f", (unsigned long long)ev->seq, ev->at);
    if (ev->clock > 0)
        ax_str_printf(out, ",\"clock\":%.17g", ev->clock);
    ax_str_printf(out, ",\"event\":\"%s\",\"id\":%u", ax_event_name(ev->kind), ev->id);
    ax_fields_json(out, &fields_of[ev->kind], ev);
    ax_str_add(out, "}");
}
