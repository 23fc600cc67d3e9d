#include "engine/policy/strategy.h"

#include "engine/policy/strategy_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const ax_strategy_ops *const strategies[] = { &ax_strategy_ppo,       &ax_strategy_reinforce,
                                                     &ax_strategy_evolution, &ax_strategy_random,
                                                     &ax_strategy_elite,     &ax_strategy_gp };
static const double baseline_decay = 0.95;

ax_strategy_options ax_strategy_defaults(const char *name, uint64_t seed)
{
    return (ax_strategy_options) {
        .space = ax_space_at(0),
        .name = name,
        .seed = seed,
        .reinforce_lr = 6e-4,
        .population = 100,
        .tournament = 25,
        .random_first = 20,
        .elites = 10,
    };
}

ax_proposal ax_proposal_of(const ax_genotype *g)
{
    ax_proposal p = {
        .genotype = *g,
        .logp = NAN,
        .entropy = NAN,
        .expected = NAN,
        .expected_low = NAN,
        .expected_high = NAN,
    };
    for (int i = 0; i < ax_space_of(g)->n_decisions; i++)
        p.logp_each[i] = p.entropy_each[i] = NAN;
    return p;
}

ax_strategy *ax_strategy_start(size_t size, const ax_strategy_ops *ops, uint64_t stream, const ax_strategy_options *o,
                               ax_err *err)
{
    ax_strategy *s = calloc(1, size);
    if (!s) {
        ax_fail(err, AX_ENOMEM, "no memory for a strategy");
        return NULL;
    }
    s->ops = ops;
    s->space = o->space;
    s->rng = ax_rng_new(o->seed, stream);
    s->baseline = NAN;
    return s;
}

ax_learned ax_strategy_tally(ax_strategy *s, double reward)
{
    s->baseline = isnan(s->baseline) ? reward : baseline_decay * s->baseline + (1 - baseline_decay) * reward;
    s->samples++;
    return (ax_learned) { NAN, s->baseline, reward - s->baseline, NAN, NAN, s->samples, NAN, NAN };
}

ax_strategy *ax_strategy_new(const ax_strategy_options *options, ax_err *err)
{
    for (size_t i = 0; i < sizeof strategies / sizeof *strategies; i++)
        if (!strcmp(strategies[i]->name, options->name))
            return strategies[i]->start(options, err);
    ax_fail(err, AX_EINVAL, "strategy '%s': not one of ppo, reinforce, evolution, random, elite, gp", options->name);
    return NULL;
}

void ax_strategy_free(ax_strategy *s)
{
    if (s)
        s->ops->stop(s);
}

const char *ax_strategy_name(const ax_strategy *s)
{
    return s->ops->name;
}

ax_code ax_strategy_propose(ax_strategy *s, ax_proposal *out, ax_err *err)
{
    return s->ops->propose(s, out, err);
}

ax_code ax_strategy_learn(ax_strategy *s, const ax_proposal *p, double reward, ax_learned *what, ax_err *err)
{
    ax_learned ignored;
    if (!isfinite(reward))
        return ax_fail(err, AX_EINVAL, "a reward that isn't a number can't be learned from");
    return s->ops->learn(s, p, reward, what ? what : &ignored, err);
}

void ax_strategy_probabilities(ax_strategy *s, ax_probabilities *out)
{
    *out = (ax_probabilities) { .n = 0 };
    unsigned n = ax_space_choices(s->space, s->space->n_decisions);
    if (!s->ops->probabilities || n > AX_PROBABILITIES)
        return;
    out->n = n;
    s->ops->probabilities(s, out->p);
}

uint64_t ax_strategy_samples(const ax_strategy *s)
{
    return s->samples;
}

ax_code ax_strategy_save(const ax_strategy *s, char **bytes, size_t *n, ax_err *err)
{
    return ax_strategy_pack(s, bytes, n, err);
}

ax_code ax_strategy_load(ax_strategy *s, const char *bytes, size_t n, ax_err *err)
{
    return ax_strategy_unpack(s, bytes, n, err);
}
