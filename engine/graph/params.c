#include "engine/graph/params.h"

#include "engine/base/grow.h"
#include "engine/base/hash.h"
#include "engine/graph/params_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16 }; /* in floats: every parameter starts on a 64-byte boundary */

static size_t align_up(size_t floats)
{
    return (floats + ALIGN - 1) / ALIGN * ALIGN;
}

/* ---- creation ---- */

static ax_code add_spec(ax_params *p, size_t *cap, const ax_param_spec *spec, ax_err *err)
{
    if (ax_params_find(p, spec->name) != SIZE_MAX)
        return AX_OK;
    ax_param *grown = ax_grow(p->param, p->n, cap, sizeof *grown);
    if (!grown)
        return ax_fail(err, AX_ENOMEM, "no memory for %zu parameters", p->n + 1);
    p->param = grown;
    char *name = strdup(spec->name);
    if (!name || ax_names_add(&p->names, name, (uint32_t)p->n, err) != AX_OK) {
        free(name);
        return ax_fail(err, AX_ENOMEM, "no memory for parameter '%s'", spec->name);
    }
    p->param[p->n] = (ax_param) { .spec = *spec, .count = ax_shape_count(spec->type.shape) };
    p->param[p->n++].spec.name = name;
    return AX_OK;
}

/* Lays out the trainable parameters of a group first, in graph order, then its running statistics. */
static void lay_out(ax_params *p)
{
    for (int group = 0; group < AX_GROUP_COUNT; group++)
        for (int trainable = 1; trainable >= 0; trainable--) {
            for (size_t i = 0; i < p->n; i++) {
                ax_param *q = &p->param[i];
                if ((int)q->spec.group != group || q->spec.trainable != (trainable == 1))
                    continue;
                q->offset = p->block[group].floats;
                p->block[group].floats += align_up(q->count);
            }
            if (trainable)
                p->block[group].trainable = p->block[group].floats;
        }
}

static ax_rng stream_of(const ax_param *q, uint64_t seed)
{
    return ax_rng_new(seed, ax_hash(AX_HASH_START, q->spec.name, strlen(q->spec.name)));
}

static void initialise(const ax_param *q, uint64_t seed, float *out)
{
    ax_shape s = q->spec.type.shape;
    if (q->spec.init == AX_INIT_HE || q->spec.init == AX_INIT_SMALL) {
        bool depthwise = s.c == 1 && s.n > 1;
        int32_t channels = depthwise ? 1 : s.n > s.c ? s.n : s.c;
        double deviation = q->spec.init == AX_INIT_SMALL ? .001 : sqrt(2.0 / ((double)s.h * s.w * channels));
        ax_rng rng = stream_of(q, seed);
        for (size_t i = 0; i < q->count; i++)
            out[i] = (float)(deviation * ax_rng_normal(&rng));
        return;
    }
    if (q->spec.init == AX_INIT_FAN_IN) {
        const double bound = 1 / sqrt(q->spec.fan_in);
        ax_rng rng = stream_of(q, seed);
        for (size_t i = 0; i < q->count; i++)
            out[i] = (float)(bound * (2 * ax_rng_uniform(&rng) - 1));
        return;
    }
    for (size_t i = 0; i < q->count; i++)
        out[i] = q->spec.init == AX_INIT_ONE ? 1.0f : 0.0f;
}

static ax_code fill(ax_params *p, const ax_rng *rng, ax_err *err)
{
    size_t largest = 1;
    for (size_t i = 0; i < p->n; i++)
        largest = p->param[i].count > largest ? p->param[i].count : largest;
    ax_code code = ax_params_need_slot(p, AX_GROUP_ENCODER, AX_SLOT_VALUE, err);
    if (code == AX_OK)
        code = ax_params_need_slot(p, AX_GROUP_DECODER, AX_SLOT_VALUE, err);
    if (code != AX_OK || !rng)
        return code;
    ax_rng copy = *rng;
    uint64_t seed = ax_rng_next(&copy);
    float *host = malloc(largest * sizeof *host);
    if (!host)
        return ax_fail(err, AX_ENOMEM, "no memory for initial values");
    for (size_t i = 0; i < p->n && code == AX_OK; i++) {
        initialise(&p->param[i], seed, host);
        code = ax_params_set(p, i, AX_SLOT_VALUE, host, err);
    }
    free(host);
    return code;
}

ax_params *ax_params_new(const ax_graph *const *graphs, size_t n_graphs, const ax_backend *be, ax_device *dev,
                         const ax_rng *rng, ax_err *err)
{
    ax_params *p = ax_new(sizeof *p, "parameters", err);
    if (!p)
        return NULL;
    p->be = be;
    p->dev = dev;
    size_t cap = 0;
    ax_code code = AX_OK;
    for (size_t k = 0; k < n_graphs; k++)
        for (uint32_t id = 1; id <= ax_graph_values(graphs[k]) && code == AX_OK; id++) {
            const ax_value *v = ax_graph_value(graphs[k], id);
            if (v->kind == AX_VALUE_PARAM)
                code = add_spec(p, &cap, v->spec, err);
        }
    if (code == AX_OK) {
        lay_out(p);
        code = fill(p, rng, err);
    }
    if (code == AX_OK)
        return p;
    ax_params_free(p);
    return NULL;
}

void ax_params_free(ax_params *p)
{
    if (!p)
        return;
    for (int g = 0; g < AX_GROUP_COUNT; g++) {
        for (int s = 0; s < AX_SLOT_COUNT; s++)
            p->be->release(p->dev, p->block[g].slot[s]);
        p->be->release(p->dev, p->block[g].now);
    }
    for (size_t i = 0; i < p->n; i++)
        free((void *)(uintptr_t)p->param[i].spec.name);
    ax_names_free(&p->names);
    free(p->param);
    free(p);
}

ax_code ax_params_need_slot(ax_params *p, ax_group group, ax_slot slot, ax_err *err)
{
    ax_param_block *b = &p->block[group];
    size_t floats = slot == AX_SLOT_VALUE ? b->floats : b->trainable;
    if (b->slot[slot] || !floats)
        return AX_OK;
    b->slot[slot] = p->be->alloc(p->dev, floats * sizeof(float), err);
    return b->slot[slot] ? AX_OK : err && err->code ? err->code : AX_ENOMEM;
}

/* ---- access ---- */

size_t ax_params_count(const ax_params *p)
{
    return p->n;
}

const ax_param_spec *ax_params_spec(const ax_params *p, size_t i)
{
    return &p->param[i].spec;
}

size_t ax_params_find(const ax_params *p, const char *name)
{
    const uint32_t i = ax_names_find(&p->names, name);
    return i == AX_NO_NAME ? SIZE_MAX : i;
}

void *ax_params_slot(const ax_params *p, size_t i, ax_slot slot)
{
    const ax_param *q = &p->param[i];
    float *block = p->block[q->spec.group].slot[slot];
    if (!block || (slot != AX_SLOT_VALUE && !q->spec.trainable))
        return NULL;
    return block + q->offset;
}

float *ax_params_block(const ax_params *p, ax_group group, ax_slot slot, size_t *floats)
{
    const ax_param_block *b = &p->block[group];
    *floats = slot == AX_SLOT_VALUE ? b->floats : b->trainable;
    return b->slot[slot];
}

ax_code ax_params_set(ax_params *p, size_t i, ax_slot slot, const float *host, ax_err *err)
{
    const ax_param *q = &p->param[i];
    if (slot != AX_SLOT_VALUE && !q->spec.trainable)
        return ax_fail(err, AX_EINVAL, "'%s' is not trained: it has no such slot", q->spec.name);
    ax_code code = ax_params_need_slot(p, q->spec.group, slot, err);
    ax_param_block *b = &p->block[q->spec.group];
    /* Parameters without an average start with their value. */
    if (code == AX_OK && slot == AX_SLOT_AVERAGE && !b->averaged) {
        code = p->be->copy(p->dev, b->slot[AX_SLOT_AVERAGE], b->slot[AX_SLOT_VALUE], b->trainable * sizeof(float),
                           AX_ON_DEVICE, err);
        b->averaged = code == AX_OK;
    }
    if (code == AX_OK)
        code = p->be->copy(p->dev, ax_params_slot(p, i, slot), host, q->count * sizeof *host, AX_TO_DEVICE, err);
    return code;
}

ax_code ax_params_get(const ax_params *p, size_t i, ax_slot slot, float *host, ax_err *err)
{
    const void *mem = ax_params_slot(p, i, slot);
    if (!mem)
        return ax_fail(err, AX_EINVAL, "'%s' has no such slot", p->param[i].spec.name);
    return p->be->copy(p->dev, host, mem, p->param[i].count * sizeof *host, AX_FROM_DEVICE, err);
}

size_t ax_params_offset(const ax_params *p, size_t i)
{
    return p->param[i].offset;
}

ax_code ax_params_get_block(const ax_params *p, ax_group group, ax_slot slot, const float **host, float **copy,
                            ax_err *err)
{
    size_t floats;
    const float *block = ax_params_block(p, group, slot, &floats);
    *host = block;
    *copy = NULL;
    if (!block || !p->be->separate)
        return AX_OK;
    *host = *copy = malloc(floats * sizeof **host);
    if (!*copy)
        return ax_fail(err, AX_ENOMEM, "no memory for %zu numbers", floats);
    return p->be->copy(p->dev, *copy, block, floats * sizeof **host, AX_FROM_DEVICE, err);
}

ax_code ax_params_set_block(ax_params *p, ax_group group, ax_slot slot, const float *host, ax_err *err)
{
    size_t floats;
    ax_code code = ax_params_need_slot(p, group, slot, err);
    float *block = ax_params_block(p, group, slot, &floats);
    if (code == AX_OK && block)
        code = p->be->copy(p->dev, block, host, floats * sizeof *host, AX_TO_DEVICE, err);
    if (code == AX_OK && block && slot == AX_SLOT_AVERAGE)
        p->block[group].averaged = true;
    return code;
}

bool ax_params_reached(const ax_params *p, size_t i)
{
    return p->param[i].reached;
}

void ax_params_mark_reached(ax_params *p, size_t i)
{
    p->param[i].reached = true;
}

ax_code ax_params_need_grad(ax_params *p, ax_group group, ax_err *err)
{
    return ax_params_need_slot(p, group, AX_SLOT_GRAD, err);
}

uint64_t ax_params_elements(const ax_params *p, const char *prefix)
{
    uint64_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        if (p->param[i].spec.trainable && !strncmp(p->param[i].spec.name, prefix, strlen(prefix)))
            n += p->param[i].count;
    return n;
}

size_t ax_params_bytes(const ax_params *p)
{
    size_t bytes = 0;
    for (int g = 0; g < AX_GROUP_COUNT; g++)
        for (int s = 0; s < AX_SLOT_COUNT; s++)
            if (p->block[g].slot[s])
                bytes += sizeof(float) * (s == AX_SLOT_VALUE ? p->block[g].floats : p->block[g].trainable);
    return bytes;
}
