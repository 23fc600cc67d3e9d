/* The interface that each strategy implements in its own file. */
#ifndef AX_POLICY_STRATEGY_INTERNAL_H
#define AX_POLICY_STRATEGY_INTERNAL_H

#include "engine/policy/strategy.h"

#include <msgpack.h>
#include <stdbool.h>

typedef struct ax_strategy_ops {
    const char *name;
    ax_strategy *(*start)(const ax_strategy_options *options, ax_err *err);
    void (*stop)(ax_strategy *s);
    ax_code (*propose)(ax_strategy *s, ax_proposal *out, ax_err *err);
    ax_code (*learn)(ax_strategy *s, const ax_proposal *p, double reward, ax_learned *what, ax_err *err);
    /* Adds to p, which is zeroed; NULL: no preferences. */
    void (*probabilities)(ax_strategy *s, float *p);
    /* State besides random numbers and counts: `fields` key-value pairs of a map. unpack changes nothing unless all is
       valid. */
    uint32_t fields;
    void (*pack)(const ax_strategy *s, msgpack_packer *pk);
    bool (*unpack)(ax_strategy *s, const msgpack_object *map);
} ax_strategy_ops;

struct ax_strategy { /* first member of each strategy's own struct */
    const ax_strategy_ops *ops;
    const ax_space *space;
    ax_rng rng;
    double baseline;  /* moving average of rewards, NAN before the first */
    uint64_t samples; /* learned from so far */
};

extern const ax_strategy_ops ax_strategy_ppo, ax_strategy_reinforce, ax_strategy_evolution, ax_strategy_random,
    ax_strategy_elite, ax_strategy_gp;

/* Allocates a zeroed struct of `size` bytes that begins with an ax_strategy; free() releases it. */
ax_strategy *ax_strategy_start(size_t size, const ax_strategy_ops *ops, uint64_t stream, const ax_strategy_options *o,
                               ax_err *err);
/* Updates baseline (decay .95) and samples with a reward; returns the figures common to all strategies. */
ax_learned ax_strategy_tally(ax_strategy *s, double reward);

/* state.c: the msgpack map {strategy, version, rng, baseline, samples, ...fields}. */
ax_code ax_strategy_pack(const ax_strategy *s, char **bytes, size_t *n, ax_err *err);
ax_code ax_strategy_unpack(ax_strategy *s, const char *bytes, size_t n, ax_err *err);
/* {genotype as bin, a, b}: an entry in a list of samples. b must be finite. */
void ax_strategy_pack_sample(msgpack_packer *pk, const ax_genotype *g, double a, double b);
bool ax_strategy_read_sample(const ax_strategy *s, const msgpack_object *o, ax_genotype *g, double *a, double *b);
/* The same for a candidate's number and reward. */
bool ax_strategy_read_scored(const ax_strategy *s, const msgpack_object *o, ax_genotype *g, uint32_t *id,
                             double *reward);

#endif
