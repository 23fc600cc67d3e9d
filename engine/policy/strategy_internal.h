/* What a strategy implements; one file each. */
#ifndef AX_POLICY_STRATEGY_INTERNAL_H
#define AX_POLICY_STRATEGY_INTERNAL_H

#include "engine/policy/strategy.h"

#include <msgpack.h>
#include <stdbool.h>

typedef struct ax_strategy_ops {
    const char *name;
    ax_strategy *(*start)(uint64_t seed, ax_err *err);
    void (*stop)(ax_strategy *s);
    ax_code (*propose)(ax_strategy *s, ax_proposal *out, ax_err *err);
    ax_code (*learn)(ax_strategy *s, const ax_proposal *p, double reward, ax_learned *what, ax_err *err);
    /* State beyond the random numbers: `fields` key-value pairs of a map. unpack changes nothing unless all is good. */
    uint32_t fields;
    void (*pack)(const ax_strategy *s, msgpack_packer *pk);
    bool (*unpack)(ax_strategy *s, const msgpack_object *map);
} ax_strategy_ops;

struct ax_strategy { /* first member of each strategy's own struct */
    const ax_strategy_ops *ops;
    ax_rng rng;
};

extern const ax_strategy_ops ax_strategy_ppo, ax_strategy_random;

/* state.c: the msgpack map {strategy, version, rng, ...fields}. */
ax_code ax_strategy_pack(const ax_strategy *s, char **bytes, size_t *n, ax_err *err);
ax_code ax_strategy_unpack(ax_strategy *s, const char *bytes, size_t n, ax_err *err);

#endif
