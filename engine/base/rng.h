/* Random numbers as a value: xoshiro256** (Blackman and Vigna, 2018), seeded by splitmix64. Copy it to save it. */
#ifndef AX_BASE_RNG_H
#define AX_BASE_RNG_H

#include <stdint.h>

typedef struct ax_rng {
    uint64_t s[4];
} ax_rng;

/* A generator for (seed, stream). Streams of one seed, numbered for example by candidate id, are independent for our
   purposes. */
ax_rng ax_rng_new(uint64_t seed, uint64_t stream);
uint64_t ax_rng_next(ax_rng *rng);
/* Uniform in [0, n), without modulo bias; n > 0. */
uint32_t ax_rng_below(ax_rng *rng, uint32_t n);
/* Uniform in [0, 1), 53 bits. */
double ax_rng_uniform(ax_rng *rng);
/* Standard normal (Box-Muller; one value per call, so that the state alone determines the next value). */
double ax_rng_normal(ax_rng *rng);

#endif
