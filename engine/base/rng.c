#include "engine/base/rng.h"

#include <math.h>

static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = (*x += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

ax_rng ax_rng_new(uint64_t seed, uint64_t stream)
{
    uint64_t x = stream;
    x = seed ^ splitmix(&x);
    ax_rng rng;
    for (int i = 0; i < 4; i++)
        rng.s[i] = splitmix(&x);
    return rng;
}

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t ax_rng_next(ax_rng *rng)
{
    uint64_t *s = rng->s, result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

uint32_t ax_rng_below(ax_rng *rng, uint32_t n)
{
    /* Lemire, "Fast random integer generation in an interval", 2019 */
    uint64_t m = (ax_rng_next(rng) >> 32) * n;
    if ((uint32_t)m < n) {
        uint32_t least = (uint32_t)-n % n;
        while ((uint32_t)m < least)
            m = (ax_rng_next(rng) >> 32) * n;
    }
    return (uint32_t)(m >> 32);
}

double ax_rng_uniform(ax_rng *rng)
{
    return (double)(ax_rng_next(rng) >> 11) * 0x1p-53;
}

double ax_rng_normal(ax_rng *rng)
{
    double u = 1.0 - ax_rng_uniform(rng), v = ax_rng_uniform(rng);
    return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v);
}
