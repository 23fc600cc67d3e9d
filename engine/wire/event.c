#include "engine/wire/event.h"

#include "engine/base/msgread.h"
#include "engine/base/msgskim.h"
#include "engine/base/pack.h"
#include "engine/space/space.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef enum field_type { WHOLE, REAL, TEXT, GENO, EACH } field_type;
typedef struct field {
    field_type type;
    const char *name;
    size_t offset; /* in ax_event */
} field;
typedef struct kind_row {

    const field *field;
    size_t n;
} kind_row;

#define FIELD(kind, type, name) { type, #name, offsetof(ax_event, u.kind.name) },
/* The list's field macro has no room for the kind: each kind's table is made under its own definition of F. */
#define F_HELLO(type, name, doc) FIELD(HELLO, type, name)
#define F_PROPOSED(type, name, doc) FIELD(PROPOSED, type, name)
#define F_QUEUED(type, name, doc) FIELD(QUEUED, type, name)
#define F_STARTED(type, name, doc) FIELD(STARTED, type, name)
#define F_PROGRESS(type, name, doc) FIELD(PROGRESS, type, name)
#define F_SCORED(type, name, doc) FIELD(SCORED, type, name)
#define F_GATED(type, name, doc) FIELD(GATED, type, name)
#define F_LEARNED(type, name, doc) FIELD(LEARNED, type, name)
#define F_PAUSED(type, name, doc) FIELD(PAUSED, type, name)
#define F_PRUNED(type, name, doc) FIELD(PRUNED, type, name)
#define F_PROMOTED(type, name, doc) FIELD(PROMOTED, type, name)
#define F_FAILED(type, name, doc) FIELD(FAILED, type, name)
#define F_NOTED(type, name, doc) FIELD(NOTED, type, name)
#define F_SAVED(type, name, doc) FIELD(SAVED, type, name)
#define F_DEVICE(type, name, doc) FIELD(DEVICE, type, name)
#define F_LOG(type, name, doc) FIELD(LOG, type, name)
#define F_LOST(type, name, doc) FIELD(LOST, type, name)
#define F_BYE(type, name, doc) FIELD(BYE, type, name)
#define FIELDS(kind) static const field fields_##kind[] = { AX_EV_##kind(F_##kind) };
AX_EVENT_LIST(FIELDS)

#define ROW(kind) [AX_EVENT_##kind] = { fields_##kind, sizeof fields_##kind / sizeof *fields_##kind },
static const kind_row rows[AX_EVENT_COUNT] = { AX_EVENT_LIST(ROW) };

const char *ax_event_name(ax_event_kind kind)
{
    static const char *const names[AX_EVENT_COUNT] = {
        [AX_EVENT_HELLO] = "hello",     [AX_EVENT_PROPOSED] = "proposed", [AX_EVENT_QUEUED] = "queued",
        [AX_EVENT_STARTED] = "started", [AX_EVENT_PROGRESS] = "progress", [AX_EVENT_SCORED] = "scored",
        [AX_EVENT_GATED] = "gated",     [AX_EVENT_LEARNED] = "learned",   [AX_EVENT_PAUSED] = "paused",
        [AX_EVENT_PRUNED] = "pruned",   [AX_EVENT_PROMOTED] = "promoted", [AX_EVENT_FAILED] = "failed",
        [AX_EVENT_NOTED] = "noted",     [AX_EVENT_SAVED] = "saved",       [AX_EVENT_DEVICE] = "device",
        [AX_EVENT_LOG] = "log",         [AX_EVENT_LOST] = "lost",         [AX_EVENT_BYE] = "bye",
    };
    _Static_assert(AX_EVENT_COUNT == 18, "a new kind needs a name here");
    return names[kind];
}

bool ax_event_says_clock(ax_event_kind kind)
{
    return kind != AX_EVENT_PROPOSED && kind != AX_EVENT_SCORED && kind != AX_EVENT_GATED && kind != AX_EVENT_LEARNED;
}

/* ---- msgpack ---- */

/* How many an EACH has. It follows the genotype, which is in the same event. */
static uint32_t decisions(const ax_event *ev)
{
    return ev->kind == AX_EVENT_PROPOSED ? ax_space_of(&ev->u.PROPOSED.genotype)->n_decisions : 0;
}

static bool known(const float each[AX_MAX_DECISIONS], uint32_t n)
{
    bool any = false;
    for (uint32_t i = 0; i < n; i++)
        any = any || isfinite(each[i]);
    return any;
}

static void pack_each(msgpack_packer *pk, const float each[AX_MAX_DECISIONS], uint32_t n)
{
    if (!known(each, n)) {
        msgpack_pack_nil(pk);
        return;
    }
    msgpack_pack_array(pk, n);
    for (uint32_t i = 0; i < n; i++) {
        if (isfinite(each[i]))
            msgpack_pack_float(pk, each[i]);
        else
            msgpack_pack_nil(pk);
    }
}

static void pack_field(msgpack_packer *pk, const field *f, const ax_event *ev)
{
    const char *at = (const char *)ev + f->offset;
    char text[AX_GENOTYPE_TEXT];
    int64_t whole;
    double real;
    ax_genotype g;
    float each[AX_MAX_DECISIONS];
    ax_pack_text(pk, f->name);
    switch (f->type) {
    case WHOLE:
        memcpy(&whole, at, sizeof whole);
        msgpack_pack_int64(pk, whole);
        break;
    case REAL:
        memcpy(&real, at, sizeof real);
        ax_pack_real(pk, real);
        break;
    case TEXT:
        ax_pack_text(pk, at);
        break;
    case GENO:
        memcpy(&g, at, sizeof g);
        ax_pack_text(pk, ax_genotype_print(&g, text));
        break;
    case EACH:
        memcpy(each, at, sizeof each);
        pack_each(pk, each, decisions(ev));
        break;
    }
}

size_t ax_event_pack(const ax_event *ev, uint8_t *buf, size_t cap)
{
    ax_fixed out = { .buf = buf, .cap = cap };
    msgpack_packer pk;
    msgpack_packer_init(&pk, &out, ax_fixed_write);
    const kind_row *row = &rows[ev->kind];
    msgpack_pack_array(&pk, 4);
    ax_pack_text(&pk, ax_event_name(ev->kind));
    msgpack_pack_double(&pk, ev->at);
    msgpack_pack_uint32(&pk, ev->id);
    msgpack_pack_map(&pk, row->n + (ev->clock > 0));
    if (ev->clock > 0) {
        ax_pack_text(&pk, "clock");
        ax_pack_real(&pk, ev->clock);
    }
    for (size_t i = 0; i < row->n; i++)
        pack_field(&pk, &row->field[i], ev);
    return out.full ? 0 : out.len;
}

static void unknown(float each[AX_MAX_DECISIONS])
{
    for (int i = 0; i < AX_MAX_DECISIONS; i++)
        each[i] = NAN;
}

static bool read_each(ax_msgread *r, float each[AX_MAX_DECISIONS], uint32_t wanted)
{
    uint32_t n;
    double real;
    unknown(each);
    if (!ax_msgread_array(r, &n))
        return ax_msgread_real(r, &real) && isnan(real); /* nil */
    for (uint32_t i = 0; i < n && i < AX_MAX_DECISIONS; i++) {
        if (!ax_msgread_real(r, &real))
            return false;
        each[i] = (float)real;
    }
    return n == wanted;
}

static bool read_field(ax_msgread *r, const field *f, ax_event *ev)
{
    char *at = (char *)ev + f->offset;
    int64_t whole;
    double real;
    char text[AX_GENOTYPE_TEXT];
    ax_genotype g;
    float each[AX_MAX_DECISIONS];
    switch (f->type) {
    case WHOLE:
        if (!ax_msgread_whole(r, &whole))
            return false;
        memcpy(at, &whole, sizeof whole);
        return true;
    case REAL:
        if (!ax_msgread_real(r, &real))
            return false;
        memcpy(at, &real, sizeof real);
        return true;
    case TEXT:
        return ax_msgread_copy(r, at, AX_EVENT_TEXT);
    case GENO:
        if (!ax_msgread_copy(r, text, sizeof text) || ax_genotype_parse(text, &g, NULL) != AX_OK)
            return false;
        memcpy(at, &g, sizeof g);
        return true;
    case EACH:
        if (!read_each(r, each, decisions(ev)))
            return false;
        memcpy(at, each, sizeof each);
        return true;
    }
    return false;
}

/* What a field is that the event doesn't have; false: it must have it. */
static bool without(const field *f, ax_event *ev)
{
    const double none = NAN;
    if (f->type == REAL)
        memcpy((char *)ev + f->offset, &none, sizeof none);
    float each[AX_MAX_DECISIONS];
    unknown(each);
    if (f->type == EACH)
        memcpy((char *)ev + f->offset, each, sizeof each);
    return f->type != GENO;
}

/* The field of a key, looked for from `next` on: they come in the order of the list. */
static size_t find_field(const kind_row *row, size_t next, const char *key, size_t n)
{
    for (size_t k = 0; k < row->n; k++) {
        size_t i = (next + k) % row->n;
        if (strlen(row->field[i].name) == n && !memcmp(row->field[i].name, key, n))
            return i;
    }
    return SIZE_MAX;
}

static ax_code read_fields(ax_msgread *r, const kind_row *row, uint32_t n, const char *name, ax_event *ev, ax_err *err)
{
    enum { MOST = 32 };
    bool seen[MOST] = { false };
    size_t next = 0;
    assert(row->n <= MOST);
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
            at = find_field(row, next, key, size);
        }
        if (at == SIZE_MAX || seen[at]) {
            ax_msgread_skip(r);
            continue;
        }
        if (!read_field(r, &row->field[at], ev))
            return ax_fail(err, AX_EFORMAT, "event %s: field %s isn't what it should be", name, row->field[at].name);
        seen[at] = true;
        next = at + 1;
    }
    for (size_t i = 0; i < row->n; i++)
        if (!seen[i] && !without(&row->field[i], ev))
            return ax_fail(err, AX_EFORMAT, "event %s: field %s is missing", name, row->field[i].name);
    return AX_OK;
}

ax_code ax_event_unpack(const uint8_t *bytes, size_t n, ax_event *ev, bool *known, ax_err *err)
{
    char name[16];
    int64_t id;
    uint32_t parts, fields;
    ax_msgread r = { bytes, bytes + n };
    memset(ev, 0, sizeof *ev);
    *known = false;
    if (n > AX_EVENT_MAX_BYTES || ax_msg_skim(bytes, n, NULL) != n || !ax_msgread_array(&r, &parts) || parts != 4 ||
        !ax_msgread_copy(&r, name, sizeof name) || !ax_msgread_real(&r, &ev->at) || !isfinite(ev->at) ||
        !ax_msgread_whole(&r, &id) || id < 0 || id > UINT32_MAX || !ax_msgread_map(&r, &fields))
        return ax_fail(err, AX_EFORMAT, "not an event");
    ev->id = (uint32_t)id;
    int kind = 0;
    while (kind < AX_EVENT_COUNT && strcmp(name, ax_event_name((ax_event_kind)kind)) != 0)
        kind++;
    *known = kind < AX_EVENT_COUNT;
    if (!*known)
        return AX_OK;
    ev->kind = (ax_event_kind)kind;
    return read_fields(&r, &rows[kind], fields, name, ev, err);
}

/* ---- JSON ---- */

static void json_real(ax_str *out, double v)
{
    if (isfinite(v))
        ax_str_printf(out, "%.17g", v);
    else
        ax_str_add(out, "null");
}

static void json_each(ax_str *out, const float each[AX_MAX_DECISIONS], uint32_t n)
{
    if (!known(each, n)) {
        ax_str_add(out, "null");
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        if (isfinite(each[i]))
            ax_str_printf(out, "%s%.9g", i ? "," : "[", (double)each[i]);
        else
            ax_str_printf(out, "%snull", i ? "," : "[");
    ax_str_add(out, "]");
}

void ax_event_json(const ax_event *ev, ax_str *out)
{
    ax_str_printf(out, "{\"seq\":%llu,\"at\":%.6f", (unsigned long long)ev->seq, ev->at);
    if (ev->clock > 0)
        ax_str_printf(out, ",\"clock\":%.17g", ev->clock);
    ax_str_printf(out, ",\"event\":\"%s\",\"id\":%u", ax_event_name(ev->kind), ev->id);
    for (size_t i = 0; i < rows[ev->kind].n; i++) {
        const field *f = &rows[ev->kind].field[i];
        const char *at = (const char *)ev + f->offset;
        char text[AX_GENOTYPE_TEXT];
        int64_t whole;
        double real;
        ax_genotype g;
        float each[AX_MAX_DECISIONS];
        ax_str_printf(out, ",\"%s\":", f->name);
        switch (f->type) {
        case WHOLE:
            memcpy(&whole, at, sizeof whole);
            ax_str_printf(out, "%lld", (long long)whole);
            break;
        case REAL:
            memcpy(&real, at, sizeof real);
            json_real(out, real);
            break;
        case TEXT:
            ax_str_json(out, at);
            break;
        case GENO:
            memcpy(&g, at, sizeof g);
            ax_str_json(out, ax_genotype_print(&g, text));
            break;
        case EACH:
            memcpy(each, at, sizeof each);
            json_each(out, each, decisions(ev));
            break;
        }
    }
    ax_str_add(out, "}");
}
