#include "engine/wire/field.h"

#include "engine/base/pack.h"
#include "engine/candidate/words.h"
#include "engine/space/space.h"

#include <math.h>
#include <string.h>

/* A member by its type. Members are copied: the table knows only where they are. */
typedef union member {
    uint32_t u32;
    uint64_t u64;
    int64_t whole;
    double real;
    bool flag;
    ax_status status;
    ax_cause cause;
    ax_genotype genotype;
    float each[AX_MAX_DECISIONS];
} member;

static member get(const ax_field *f, const void *object)
{
    member m = { .u64 = 0 };
    if (f->type != AX_FIELD_TEXT && f->type != AX_FIELD_CHOICES) /* which are read where they are */
        memcpy(&m, (const char *)object + f->offset, f->size);
    return m;
}

static bool set(const ax_field *f, void *object, const member *m)
{
    memcpy((char *)object + f->offset, m, f->size);
    return true;
}

static uint32_t decisions(const ax_fields *fields, const void *object)
{
    ax_genotype g;
    if (fields->genotype == (size_t)AX_FIELDS_NO_GENOTYPE)
        return 0;
    memcpy(&g, (const char *)object + fields->genotype, sizeof g);
    return ax_space_of(&g)->n_decisions;
}

static bool any_known(const float *each, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (isfinite(each[i]))
            return true;
    return false;
}

static void forget(float each[AX_MAX_DECISIONS])
{
    for (int i = 0; i < AX_MAX_DECISIONS; i++)
        each[i] = NAN;
}

/* ---- to msgpack ---- */

static void pack_each(msgpack_packer *pk, const float *each, uint32_t n)
{
    if (!any_known(each, n)) {
        msgpack_pack_nil(pk);
        return;
    }
    msgpack_pack_array(pk, n);
    for (uint32_t i = 0; i < n; i++)
        if (isfinite(each[i]))
            msgpack_pack_float(pk, each[i]);
        else
            msgpack_pack_nil(pk);
}

static const ax_probabilities *choices(const ax_field *f, const void *object)
{
    return (const ax_probabilities *)(const void *)((const char *)object + f->offset);
}

static void pack_choices(msgpack_packer *pk, const ax_probabilities *p)
{
    msgpack_pack_array(pk, p->n);
    for (uint32_t i = 0; i < p->n; i++)
        msgpack_pack_float(pk, p->p[i]);
}

static void pack(msgpack_packer *pk, const ax_fields *fields, const ax_field *f, const void *object)
{
    char text[AX_GENOTYPE_TEXT];
    const member m = get(f, object);
    const uint32_t n = decisions(fields, object);
    switch (f->type) {
    case AX_FIELD_U32:
        msgpack_pack_uint32(pk, m.u32);
        break;
    case AX_FIELD_U64:
        msgpack_pack_uint64(pk, m.u64);
        break;
    case AX_FIELD_COUNT:
        msgpack_pack_int64(pk, m.whole < 0 ? 0 : m.whole);
        break;
    case AX_FIELD_WHOLE:
        msgpack_pack_int64(pk, m.whole);
        break;
    case AX_FIELD_REAL:
        ax_pack_real(pk, m.real);
        break;
    case AX_FIELD_TEXT:
        ax_pack_text(pk, (const char *)object + f->offset);
        break;
    case AX_FIELD_BOOL:
        ax_pack_bool(pk, m.flag);
        break;
    case AX_FIELD_STATUS:
        ax_pack_text(pk, (const char[2]) { (char)m.status });
        break;
    case AX_FIELD_CAUSE:
        ax_pack_text(pk, ax_cause_word(m.cause));
        break;
    case AX_FIELD_GENOTYPE:
        ax_pack_text(pk, ax_genotype_print(&m.genotype, text));
        break;
    case AX_FIELD_REALS:
        msgpack_pack_array(pk, n);
        for (uint32_t i = 0; i < n; i++)
            ax_pack_real(pk, (double)m.each[i]);
        break;
    case AX_FIELD_EACH:
        pack_each(pk, m.each, n);
        break;
    case AX_FIELD_CHOICES:
        pack_choices(pk, choices(f, object));
        break;
    }
}

void ax_fields_pack(msgpack_packer *pk, const ax_fields *fields, const void *object)
{
    for (size_t i = 0; i < fields->n; i++) {
        ax_pack_text(pk, fields->field[i].name);
        pack(pk, fields, &fields->field[i], object);
    }
}

/* ---- to JSON ---- */

static void json_real(ax_str *out, double v, int digits)
{
    if (isfinite(v))
        ax_str_printf(out, "%.*g", digits, v);
    else
        ax_str_add(out, "null");
}

static void json_choices(ax_str *out, const ax_probabilities *p)
{
    ax_str_add(out, "[");
    for (uint32_t i = 0; i < p->n; i++) {
        ax_str_add(out, i ? "," : "");
        json_real(out, (double)p->p[i], 9);
    }
    ax_str_add(out, "]");
}

static void json(ax_str *out, const ax_fields *fields, const ax_field *f, const void *object)
{
    char text[AX_GENOTYPE_TEXT];
    const member m = get(f, object);
    const uint32_t n = decisions(fields, object);
    switch (f->type) {
    case AX_FIELD_U32:
        ax_str_printf(out, "%u", m.u32);
        break;
    case AX_FIELD_U64:
        ax_str_printf(out, "%llu", (unsigned long long)m.u64);
        break;
    case AX_FIELD_COUNT:
    case AX_FIELD_WHOLE:
        ax_str_printf(out, "%lld", (long long)m.whole);
        break;
    case AX_FIELD_REAL:
        json_real(out, m.real, 17);
        break;
    case AX_FIELD_TEXT:
        ax_str_json(out, (const char *)object + f->offset);
        break;
    case AX_FIELD_BOOL:
        ax_str_add(out, m.flag ? "true" : "false");
        break;
    case AX_FIELD_STATUS:
        ax_str_json(out, (const char[2]) { (char)m.status });
        break;
    case AX_FIELD_CAUSE:
        ax_str_json(out, ax_cause_word(m.cause));
        break;
    case AX_FIELD_GENOTYPE:
        ax_str_json(out, ax_genotype_print(&m.genotype, text));
        break;
    case AX_FIELD_CHOICES:
        json_choices(out, choices(f, object));
        break;
    case AX_FIELD_REALS:
    case AX_FIELD_EACH: {
        const bool each = f->type == AX_FIELD_EACH;
        if (!n || (each && !any_known(m.each, n))) {
            ax_str_add(out, "null");
            break;
        }
        for (uint32_t i = 0; i < n; i++) {
            ax_str_add(out, i ? "," : "[");
            json_real(out, (double)m.each[i], each ? 9 : 17);
        }
        ax_str_add(out, "]");
        break;
    }
    }
}

void ax_fields_json(ax_str *out, const ax_fields *fields, const void *object)
{
    for (size_t i = 0; i < fields->n; i++) {
        ax_str_printf(out, ",\"%s\":", fields->field[i].name);
        json(out, fields, &fields->field[i], object);
    }
}

/* ---- from msgpack ---- */

/* Where values are read from: bytes, or an object of msgpack-c (of an array: the next of its elements). */
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
    member m;
    switch (f->type) {
    case AX_FIELD_U32:
        if (!read_count(s, UINT32_MAX, &u64))
            return false;
        m.u32 = (uint32_t)u64;
        return set(f, object, &m);
    case AX_FIELD_U64:
        return read_count(s, INT64_MAX, &m.u64) && set(f, object, &m);
    case AX_FIELD_COUNT:
        return read_whole(s, &m.whole) && m.whole >= 0 && set(f, object, &m);
    case AX_FIELD_WHOLE:
        return read_whole(s, &m.whole) && set(f, object, &m);
    case AX_FIELD_REAL:
        return read_real(s, &m.real) && set(f, object, &m);
    case AX_FIELD_TEXT:
        return read_text(s, (char *)object + f->offset, f->size);
    case AX_FIELD_BOOL:
        return read_bool(s, &m.flag) && set(f, object, &m);
    case AX_FIELD_STATUS:
        return read_status(s, &m.status) && set(f, object, &m);
    case AX_FIELD_CAUSE:
        if (!read_text(s, text, 16))
            return false;
        m.cause = ax_cause_of(text);
        return set(f, object, &m);
    case AX_FIELD_GENOTYPE:
        return read_text(s, text, sizeof text) && ax_genotype_parse(text, &m.genotype, NULL) == AX_OK &&
               set(f, object, &m);
    case AX_FIELD_REALS:
        m = get(f, object);
        return enter_array(s, &n) && n == decisions(fields, object) && read_reals(s, m.each, n) && set(f, object, &m);
    case AX_FIELD_EACH:
        return read_each(s, m.each, decisions(fields, object)) && set(f, object, &m);
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
    member m;
    if (f->type == AX_FIELD_REAL)
        m.real = NAN;
    if (f->type == AX_FIELD_EACH)
        forget(m.each);
    if (f->type == AX_FIELD_REAL || f->type == AX_FIELD_EACH)
        set(f, object, &m);
    return f->type != AX_FIELD_GENOTYPE;
}
