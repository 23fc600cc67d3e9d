#include "engine/candidate/outcome_pack.h"

#include "engine/base/pack.h"

#include <string.h>

enum { LATER = 1, FIRST = 0 };
#define COUNT_LATER(A, id, type, event, since, ...) +since
enum { LATER_FIGURES = 0 AX_METRIC_LIST(COUNT_LATER, ), FIELDS = AX_METRIC_COUNT + 2, OLDEST = FIELDS - LATER_FIGURES };

static void pack_figures(msgpack_packer *pk, const ax_outcome *o, bool later)
{
    for (int i = 0; i < AX_METRIC_COUNT; i++) {
        const ax_metric_info *m = ax_metric_of((ax_metric)i);
        if (m->later != later)
            continue;
        double real;
        int64_t whole;
        memcpy(&real, (const char *)o + m->at, sizeof real);
        memcpy(&whole, (const char *)o + m->at, sizeof whole);
        if (m->whole)
            msgpack_pack_int64(pk, whole);
        else
            ax_pack_real(pk, real);
    }
}

void ax_outcome_pack(msgpack_packer *pk, const ax_outcome *o)
{
    msgpack_pack_array(pk, FIELDS);
    pack_figures(pk, o, false);
    msgpack_pack_uint64(pk, o->stage);
    msgpack_pack_uint64(pk, o->batch);
    pack_figures(pk, o, true);
}

/* Reads figures from *at on, as many as there are before the end. */
static bool read_figures(const msgpack_object **at, const msgpack_object *end, bool later, ax_outcome *out)
{
    for (int i = 0; i < AX_METRIC_COUNT; i++) {
        const ax_metric_info *m = ax_metric_of((ax_metric)i);
        if (m->later != later || *at == end)
            continue;
        double real;
        int64_t whole;
        if (m->whole ? !ax_read_whole(*at, &whole) || whole < 0 : !ax_read_real(*at, &real))
            return false;
        memcpy((char *)out + m->at, m->whole ? (const void *)&whole : (const void *)&real, sizeof real);
        ++*at;
    }
    return true;
}

bool ax_outcome_read(const msgpack_object *o, ax_outcome *out)
{
    if (!o || o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size < OLDEST || o->via.array.size > FIELDS)
        return false;
    const msgpack_object *at = o->via.array.ptr, *end = at + o->via.array.size;
    *out = ax_outcome_none;
    if (!read_figures(&at, end, false, out) || !ax_read_u32(at, &out->stage) || !ax_read_u32(at + 1, &out->batch))
        return false;
    at += 2;
    return read_figures(&at, end, true, out);
}
