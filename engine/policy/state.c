/* Packs and unpacks a strategy's state. */
#include "engine/base/msgskim.h"
#include "engine/base/pack.h"
#include "engine/policy/strategy_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 2 };

ax_code ax_strategy_pack(const ax_strategy *s, char **bytes, size_t *n, ax_err *err)
{
    msgpack_sbuffer buf;
    msgpack_packer pk;
    msgpack_sbuffer_init(&buf);
    msgpack_packer_init(&pk, &buf, msgpack_sbuffer_write);
    msgpack_pack_map(&pk, 5 + s->ops->fields);
    ax_pack_text(&pk, "strategy");
    ax_pack_text(&pk, s->ops->name);
    ax_pack_text(&pk, "version");
    msgpack_pack_int(&pk, VERSION);
    ax_pack_text(&pk, "rng");
    ax_pack_rng(&pk, &s->rng);
    ax_pack_text(&pk, "baseline");
    ax_pack_real(&pk, s->baseline);
    ax_pack_text(&pk, "samples");
    msgpack_pack_uint64(&pk, s->samples);
    s->ops->pack(s, &pk);
    *n = buf.size;
    *bytes = msgpack_sbuffer_release(&buf);
    /* a packer that ran out of memory leaves an incomplete object */
    if (*bytes && ax_msg_skim(*bytes, *n, NULL) == *n)
        return AX_OK;
    free(*bytes);
    *bytes = NULL;
    return ax_fail(err, AX_ENOMEM, "no memory for the strategy's state");
}

void ax_strategy_pack_sample(msgpack_packer *pk, const ax_genotype *g, double a, double b)
{
    msgpack_pack_array(pk, 3);
    const size_t n = ax_space_of(g)->n_decisions;
    msgpack_pack_bin(pk, n);
    msgpack_pack_bin_body(pk, g->value, n);
    msgpack_pack_double(pk, a);
    msgpack_pack_double(pk, b);
}

bool ax_strategy_read_sample(const ax_strategy *s, const msgpack_object *o, ax_genotype *g, double *a, double *b)
{
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != 3)
        return false;
    const msgpack_object *e = o->via.array.ptr;
    if (e[0].type != MSGPACK_OBJECT_BIN || e[0].via.bin.size != s->space->n_decisions ||
        e[1].type != MSGPACK_OBJECT_FLOAT64 || e[2].type != MSGPACK_OBJECT_FLOAT64)
        return false;
    *g = ax_space_first(s->space);
    memcpy(g->value, e[0].via.bin.ptr, s->space->n_decisions);
    *a = e[1].via.f64;
    *b = e[2].via.f64;
    return ax_genotype_validate(g, NULL) == AX_OK && isfinite(*a) && isfinite(*b);
}

bool ax_strategy_read_scored(const ax_strategy *s, const msgpack_object *o, ax_genotype *g, uint32_t *id,
                             double *reward)
{
    double number;
    if (!ax_strategy_read_sample(s, o, g, &number, reward) || number < 0 || number > UINT32_MAX ||
        number != floor(number))
        return false;
    *id = (uint32_t)number;
    return true;
}

static bool read_all(const msgpack_object *map, void *out)
{
    ax_strategy *s = out;
    char name[32];
    int64_t version, samples;
    double baseline;
    ax_rng rng;
    const msgpack_object *mean = ax_map_get(map, "baseline");
    if (!ax_read_text(ax_map_get(map, "strategy"), name, sizeof name) || strcmp(name, s->ops->name) != 0 ||
        !ax_read_whole(ax_map_get(map, "version"), &version) || version != VERSION ||
        !ax_read_rng(ax_map_get(map, "rng"), &rng) || !ax_read_whole(ax_map_get(map, "samples"), &samples) ||
        samples < 0 || !ax_read_real(mean, &baseline) || (!isfinite(baseline) && mean->type != MSGPACK_OBJECT_NIL) ||
        !s->ops->unpack(s, map))
        return false;
    s->rng = rng;
    s->baseline = baseline;
    s->samples = (uint64_t)samples;
    return true;
}

ax_code ax_strategy_unpack(ax_strategy *s, const char *bytes, size_t n, ax_err *err)
{
    return ax_unpack_by(read_all, bytes, n, s)
               ? AX_OK
               : ax_fail(err, AX_EFORMAT, "damaged, or not the state of strategy %s", s->ops->name);
}
