/* Reads struct members from msgpack bytes or from a msgpack-c object. */
#include "engine/wire/field_internal.h"

#include "engine/base/pack.h"
#include "engine/candidate/words.h"
#include "engine/space/space.h"

#include <math.h>

static void forget(float each[AX_MAX_DECISIONS])
{
    for (int i = 0; i < AX_MAX_DECISIONS; i++)
        each[i] = NAN;
}

/* Source of values: bytes, or a msgpack-c object (for an array: its next element). */
typedef struct source {
    ax_msgread *bytes;
    const msgpack_object *object;
} source;

static const msgpack_object *next_object(source *s)
{
    return s->object ? s->object++ : NULL;
}

static bool read_whole(source *s, int64_t *out)
{
    return s->bytes ? ax_msgread_whole(s->bytes, out) : ax_read_whole(next_object(s), out);
}

static bool read_real(source *s, double *out)
{
    return s->bytes ? ax_msgread_real(s->bytes, out) : ax_read_real(next_object(s), out);
}

static bool read_text(source *s, char *out, size_t cap)
{
    return s->bytes ? ax_msgread_copy(s->bytes, out, cap) : ax_read_text(next_object(s), out, cap);
}

static bool read_bool(source *s, bool *out)
{
    if (s->bytes)
        return ax_msgread_bool(s->bytes, out);
    const msgpack_object *o = next_object(s);
    if (!o || o->type != MSGPACK_OBJECT_BOOLEAN)
        return false;
    *out = o->via.boolean;
    return true;
}

static bool enter_array(source *s, uint32_t *n)
{
    if (s->bytes)
        return ax_msgread_array(s->bytes, n);
    if (!s->object || s->object->type != MSGPACK_OBJECT_ARRAY)
        return false;
    *n = s->object->via.array.size;
    s->object = s->object->via.array.ptr;
    return true;
}

static bool read_count(source *s, uint64_t most, uint64_t *out)
{
    int64_t v;
    if (!read_whole(s, &v) || v < 0 || (uint64_t)v > most)
        return false;
    *out = (uint64_t)v;
    return true;
}

static bool read_status(source *s, ax_status *out)
{
    char text[2];
    return read_text(s, text, sizeof text) && ax_status_read(text, out) && *out != AX_PROMOTED;
}

static bool read_reals(source *s, float *out, uint32_t n)
{
    double real;
    for (uint32_t i = 0; i < n; i++) {
        if (!read_real(s, &real))
            return false;
        out[i] = (float)real;
    }
    return true;
}

static bool read_each(source *s, float *out, uint32_t wanted)
{
    uint32_t n;
    double none;
    forget(out);
    if (!enter_array(s, &n))
        return read_real(s, &none) && isnan(none); /* nil */
    return n == wanted && read_reals(s, out, n);
}

static bool read_choices(source *s, ax_probabilities *out)
{
    uint32_t n;
    double v;
    if (!enter_array(s, &n) || n > AX_PROBABILITIES)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        if (!read_real(s, &v) || !(v >= 0 && v <= 1.0001))
            return false;
        out->p[i] = (float)v;
    }
    out->n = n;
    return true;
}

static bool read_field(source *s, const ax_fields *fields, const ax_field *f, void *object)
{
    char text[AX_GENOTYPE_TEXT];
    uint64_t u64;
    uint32_t n;
    ax_member m;
    switch (f->type) {
    case AX_FIELD_U32:
        if (!read_count(s, UINT32_MAX, &u64))
            return false;
        m.u32 = (uint32_t)u64;
        return ax_member_set(f, object, &m);
    case AX_FIELD_U64:
        return read_count(s, INT64_MAX, &m.u64) && ax_member_set(f, object, &m);
    case AX_FIELD_COUNT:
        return read_whole(s, &m.whole) && m.whole >= 0 && ax_member_set(f, object, &m);
    case AX_FIELD_WHOLE:
        return read_whole(s, &m.whole) && ax_member_set(f, object, &m);
    case AX_FIELD_REAL:
        return read_real(s, &m.real) && ax_member_set(f, object, &m);
    case AX_FIELD_TEXT:
        return read_text(s, (char *)object + f->offset, f->size);
    case AX_FIELD_BOOL:
        return read_bool(s, &m.flag) && ax_member_set(f, object, &m);
    case AX_FIELD_STATUS:
        return read_status(s, &m.status) && ax_member_set(f, object, &m);
    case AX_FIELD_CAUSE:
        if (!read_text(s, text, 16))
            return false;
        m.cause = ax_cause_of(text);
        return ax_member_set(f, object, &m);
    case AX_FIELD_GENOTYPE:
        return read_text(s, text, sizeof text) && ax_genotype_parse(text, &m.genotype, NULL) == AX_OK &&
               ax_member_set(f, object, &m);
    case AX_FIELD_REALS:
        m = ax_member_get(f, object);
        return enter_array(s, &n) && n == ax_fields_decisions(fields, object) && read_reals(s, m.each, n) &&
               ax_member_set(f, object, &m);
    case AX_FIELD_EACH:
        return read_each(s, m.each, ax_fields_decisions(fields, object)) && ax_member_set(f, object, &m);
    case AX_FIELD_CHOICES:
        return read_choices(s, (ax_probabilities *)(void *)((char *)object + f->offset));
    }
    return false;
}

bool ax_field_read(ax_msgread *r, const ax_fields *fields, const ax_field *f, void *object)
{
    return read_field(&(source) { .bytes = r }, fields, f, object);
}

bool ax_field_read_object(const msgpack_object *o, const ax_fields *fields, const ax_field *f, void *object)
{
    return read_field(&(source) { .object = o }, fields, f, object);
}

bool ax_field_lack(const ax_field *f, void *object)
{
    ax_member m;
    if (f->type == AX_FIELD_REAL)
        m.real = NAN;
    if (f->type == AX_FIELD_EACH)
        forget(m.each);
    if (f->type == AX_FIELD_REAL || f->type == AX_FIELD_EACH)
        ax_member_set(f, object, &m);
    return f->type != AX_FIELD_GENOTYPE;
}
