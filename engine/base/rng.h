/* Random numbers as a value: xoshiro256** (Blackman and Vigna, 2018), seeded by splitmix64. Copy it to save it. */
#ifndef AX_BASE_RNG_H
#define AX_BASE_RNG_H

#include <stdint.h>

typedef struct ax_rng {
    uint64_t s[4];
} ax_rng;

/* A generator for (seed, stream): streams of one seed are independent for our purposes (e.g. a candidate's id). */
ax_rng ax_rng_new(uint64_t seed, uint64_t stream);
uint64_t ax_rng_next(ax_rng *rng);
/* Uniform in [0, n), without modulo bias; n > 0. */
uint32_t ax_rng_below(ax_rng *rng, uint32_t n);
/* Uniform in [0, 1), 53 bits. */
double ax_rng_uniform(ax_rng *rng);
/* Standard normal (Box-Muller, one value per call, so the state alone decides what comes next). */
double ax_rng_normal(ax_rng *rng);

#endif
