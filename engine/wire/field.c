#include "engine/wire/field_internal.h"

#include "engine/base/pack.h"
#include "engine/candidate/words.h"
#include "engine/space/space.h"

#include <math.h>
#include <string.h>

ax_member ax_member_get(const ax_field *f, const void *object)
{
    ax_member m = { .u64 = 0 };
    if (f->type != AX_FIELD_TEXT && f->type != AX_FIELD_CHOICES) /* these two are read in place */
        memcpy(&m, (const char *)object + f->offset, f->size);
    return m;
}

bool ax_member_set(const ax_field *f, void *object, const ax_member *m)
{
    memcpy((char *)object + f->offset, m, f->size);
    return true;
}

uint32_t ax_fields_decisions(const ax_fields *fields, const void *object)
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
    const ax_member m = ax_member_get(f, object);
    const uint32_t n = ax_fields_decisions(fields, object);
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
    const ax_member m = ax_member_get(f, object);
    const uint32_t n = ax_fields_decisions(fields, object);
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
