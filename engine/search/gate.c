#include "engine/search/gate.h"

#include "engine/wire/gaterule.h"

#include <stddef.h>

enum { GATE_STREAM = 0x67617465 }; /* stream of the run's seed */

ax_gate ax_gate_new(uint64_t seed)
{
    return (ax_gate) { .mean = 0.01, .rng = ax_rng_new(seed, GATE_STREAM) };
}

double ax_gate_tolerance(uint64_t count)
{
    static const struct {
        uint64_t from;
        double d;
    } steps[] = { { 400, 0.9 * 0.9 * 0.8 * 0.7 * 0.6 },
                  { 300, 0.9 * 0.9 * 0.8 * 0.7 },
                  { 200, 0.9 * 0.9 * 0.8 },
                  { 100, 0.9 * 0.9 } };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (count >= steps[i].from)
            return steps[i].d;
    return 0.9;
}

ax_gate_verdict ax_gate_ask(ax_gate *g, double reward, ax_gate_rule rule)
{
    const double mean = rule.uncounted ? g->mean : 0.99 * g->mean + 0.01 * reward;
    ax_gate_verdict v = { .mean = rule.own_first ? mean : g->mean, .tolerance = ax_gate_tolerance(g->count) };
    v.chance = rule.bypass ? 1 : ax_gate_chance(reward, v.mean, v.tolerance);
    v.passed = ax_rng_uniform(&g->rng) < v.chance;
    g->mean = mean;
    g->count += !rule.uncounted;
    return v;
}
