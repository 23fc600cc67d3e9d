/* Proximal policy optimisation over the controller: the last hundred samples, one pass over them per new one. */
#include "engine/base/pack.h"
#include "engine/policy/controller.h"
#include "engine/policy/strategy_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER = 100 };
static const double clip = 0.1, learning_rate = 1e-4, clip_norm = 2.0, baseline_decay = 0.95, entropy_weight = 0;

typedef struct sample {
    ax_genotype genotype;
    double logp, reward; /* under the policy that proposed it */
} sample;

typedef struct ppo {
    ax_strategy base;
    ax_controller *controller;
    sample buffer[BUFFER]; /* real samples only; the oldest is overwritten */
    uint32_t n, next;
    double baseline; /* NAN before the first reward */
    uint64_t samples;
} ppo;

static void stop(ax_strategy *s)
{
    ax_controller_free(((ppo *)s)->controller);
    free(s);
}

static ax_strategy *start(uint64_t seed, ax_err *err)
{
    ppo *p = calloc(1, sizeof *p);
    if (!p) {
        ax_fail(err, AX_ENOMEM, "no memory for a strategy");
        return NULL;
    }
    p->base.ops = &ax_strategy_ppo;
    p->base.rng = ax_rng_new(seed, 3);
    p->baseline = NAN;
    p->controller = ax_controller_new(AX_FEEDBACK_PREVIOUS, &p->base.rng, err);
    if (p->controller)
        return &p->base;
    stop(&p->base);
    return NULL;
}

static ax_code propose(ax_strategy *s, ax_proposal *out, ax_err *err)
{
    (void)err;
    ax_controller_sample(((ppo *)s)->controller, &s->rng, out);
    return AX_OK;
}

static ax_code learn(ax_strategy *s, const ax_proposal *given, double reward, ax_learned *what, ax_err *err)
{
    ppo *p = (ppo *)s;
    if (!isfinite(reward) || !isfinite(given->logp))
        return ax_fail(err, AX_EINVAL, "a reward or log-probability that isn't a number can't be learned from");
    p->baseline = isnan(p->baseline) ? reward : baseline_decay * p->baseline + (1 - baseline_decay) * reward;
    p->buffer[p->next] = (sample) { given->genotype, given->logp, reward };
    p->next = (p->next + 1) % BUFFER;
    p->n += p->n < BUFFER;
    p->samples++;
    uint32_t order[BUFFER];
    for (uint32_t i = 0; i < p->n; i++)
        order[i] = i;
    *what = (ax_learned) { 0, p->baseline, reward - p->baseline, 0, 0, p->samples };
    for (uint32_t i = p->n; i > 0; i--) {
        uint32_t j = ax_rng_below(&s->rng, i), k = (p->next + BUFFER - p->n + order[j]) % BUFFER; /* oldest = 0 */
        order[j] = order[i - 1];
        double share;
        ax_rollout r = { p->buffer[k].genotype, p->buffer[k].logp, p->buffer[k].reward - p->baseline };
        what->loss += ax_controller_loss(p->controller, &r, 1, clip, entropy_weight, &share) / p->n;
        what->clip_share += share / p->n;
        ax_controller_adam(p->controller, learning_rate, clip_norm);
    }
    ax_proposal now;
    ax_controller_score(p->controller, &given->genotype, &now);
    what->entropy = now.entropy;
    return AX_OK;
}

/* ---- state ---- */

static void pack_floats(const ppo *p, msgpack_packer *pk, const char *key, ax_controller_slot slot, float *scratch)
{
    size_t total = 0;
    for (size_t i = 0; i < ax_controller_tensors(p->controller); i++)
        total += ax_controller_tensor_at(p->controller, i).count;
    ax_pack_text(pk, key);
    msgpack_pack_bin(pk, total * sizeof(float));
    for (size_t i = 0; i < ax_controller_tensors(p->controller); i++) {
        ax_controller_get(p->controller, i, slot, scratch);
        msgpack_pack_bin_body(pk, scratch, ax_controller_tensor_at(p->controller, i).count * sizeof(float));
    }
}

enum { LARGEST = 40000 }; /* elements of the largest tensor: a gate weight */

static void pack(const ax_strategy *s, msgpack_packer *pk)
{
    const ppo *p = (const ppo *)s;
    float *scratch = malloc(LARGEST * sizeof *scratch);
    if (!scratch)
        return; /* the cut map is noticed by the caller */
    pack_floats(p, pk, "controller", AX_CONTROLLER_VALUE, scratch);
    pack_floats(p, pk, "adam_m", AX_CONTROLLER_M, scratch);
    pack_floats(p, pk, "adam_v", AX_CONTROLLER_V, scratch);
    free(scratch);
    ax_pack_text(pk, "adam_steps");
    msgpack_pack_uint64(pk, ax_controller_steps(p->controller));
    ax_pack_text(pk, "baseline");
    ax_pack_real(pk, p->baseline);
    ax_pack_text(pk, "samples");
    msgpack_pack_uint64(pk, p->samples);
    ax_pack_text(pk, "buffer"); /* oldest first */
    msgpack_pack_array(pk, p->n);
    for (uint32_t i = 0; i < p->n; i++) {
        const sample *b = &p->buffer[(p->next + BUFFER - p->n + i) % BUFFER];
        msgpack_pack_array(pk, 3);
        msgpack_pack_bin(pk, sizeof b->genotype);
        msgpack_pack_bin_body(pk, &b->genotype, sizeof b->genotype);
        msgpack_pack_double(pk, b->logp);
        msgpack_pack_double(pk, b->reward);
    }
}

static bool read_sample(const msgpack_object *o, sample *out)
{
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != 3)
        return false;
    const msgpack_object *e = o->via.array.ptr;
    if (e[0].type != MSGPACK_OBJECT_BIN || e[0].via.bin.size != sizeof out->genotype ||
        e[1].type != MSGPACK_OBJECT_FLOAT64 || e[2].type != MSGPACK_OBJECT_FLOAT64)
        return false;
    memcpy(&out->genotype, e[0].via.bin.ptr, sizeof out->genotype);
    out->logp = e[1].via.f64;
    out->reward = e[2].via.f64;
    return ax_genotype_validate(&out->genotype, NULL) == AX_OK && isfinite(out->logp) && out->logp <= 0 &&
           isfinite(out->reward);
}

/* Checks (apply false) or takes over the floats of a slot. */
static bool read_floats(ppo *p, const msgpack_object *map, const char *key, ax_controller_slot slot, bool apply)
{
    const msgpack_object *o = ax_map_get(map, key);
    size_t total = 0;
    for (size_t i = 0; i < ax_controller_tensors(p->controller); i++)
        total += ax_controller_tensor_at(p->controller, i).count;
    if (!o || o->type != MSGPACK_OBJECT_BIN || o->via.bin.size != total * sizeof(float))
        return false;
    float *floats = malloc(total * sizeof *floats);
    if (!floats)
        return false;
    memcpy(floats, o->via.bin.ptr, total * sizeof *floats);
    bool good = true;
    for (size_t i = 0; i < total; i++)
        good = good && isfinite(floats[i]) && (slot != AX_CONTROLLER_V || floats[i] >= 0);
    for (size_t i = 0, at = 0; apply && good && i < ax_controller_tensors(p->controller); i++) {
        ax_controller_set(p->controller, i, slot, floats + at);
        at += ax_controller_tensor_at(p->controller, i).count;
    }
    free(floats);
    return good;
}

static bool read_slots(ppo *p, const msgpack_object *map, bool apply)
{
    return read_floats(p, map, "controller", AX_CONTROLLER_VALUE, apply) &&
           read_floats(p, map, "adam_m", AX_CONTROLLER_M, apply) &&
           read_floats(p, map, "adam_v", AX_CONTROLLER_V, apply);
}

static const int64_t LAST_STEP = (int64_t)1 << 53; /* beyond it a step's number isn't exact as a double */

static bool unpack(ax_strategy *s, const msgpack_object *map)
{
    ppo *p = (ppo *)s;
    sample buffer[BUFFER];
    int64_t steps, samples;
    double baseline;
    const msgpack_object *list = ax_map_get(map, "buffer"), *mean = ax_map_get(map, "baseline");
    if (!ax_read_whole(ax_map_get(map, "adam_steps"), &steps) || steps < 0 || steps > LAST_STEP ||
        !ax_read_whole(ax_map_get(map, "samples"), &samples) || samples < 0 || !ax_read_real(mean, &baseline) ||
        (!isfinite(baseline) && mean->type != MSGPACK_OBJECT_NIL) || !list || list->type != MSGPACK_OBJECT_ARRAY ||
        list->via.array.size > BUFFER || list->via.array.size > samples)
        return false;
    for (uint32_t i = 0; i < list->via.array.size; i++)
        if (!read_sample(&list->via.array.ptr[i], &buffer[i]))
            return false;
    if (!read_slots(p, map, false) || !read_slots(p, map, true))
        return false;
    p->n = list->via.array.size;
    memcpy(p->buffer, buffer, p->n * sizeof *buffer);
    p->next = p->n % BUFFER;
    p->baseline = baseline;
    p->samples = (uint64_t)samples;
    ax_controller_set_steps(p->controller, (uint64_t)steps);
    return true;
}

const ax_strategy_ops ax_strategy_ppo = { "ppo", start, stop, propose, learn, 7, pack, unpack };
