#include "data/order.h"

#include "engine/base/rng.h"

/* The place of k in a permutation of 0..n-1 made from the seed: four rounds of a Feistel network over the next power of
   four, repeated until the result is below n. */
static uint64_t permuted(uint64_t k, uint64_t n, uint64_t seed)
{
    unsigned half = 1;
    while (half < 31 && (uint64_t)1 << 2 * half < n)
        half++;
    uint64_t mask = ((uint64_t)1 << half) - 1;
    do {
        uint64_t left = k >> half, right = k & mask;
        for (uint64_t round = 0; round < 4; round++) {
            ax_rng rng = ax_rng_new(seed + round, right);
            uint64_t next = left ^ (ax_rng_next(&rng) & mask);
            left = right;
            right = next;
        }
        k = left << half | right;
    } while (k >= n);
    return k;
}

uint64_t ax_sample_image(const ax_sample_spec *spec, uint64_t n, uint64_t index)
{
    uint64_t pass = index / n, k = index % n;
    ax_rng rng = ax_rng_new(spec->seed, pass);
    return spec->shuffle ? permuted(k, n, ax_rng_next(&rng)) : k;
}
