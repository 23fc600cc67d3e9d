/* Passes results of candidates on to the strategy. */
#include "engine/search/search_internal.h"

#include "engine/space/space.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A person's candidate isn't a sample of the policy; a network that was proposed again is. */
static bool wanted(const ax_settings *set, const ax_entry *r)
{
    return (set->learn_handmade || ax_origin_of(r->origin) != AX_ORIGIN_USER) && (set->learn_reused || !r->reused);
}

/* The candidate's cost in the objective; 0 = unknown, or the objective is the reward alone. */
static double cost_of(const ax_settings *set, const ax_entry *r)
{
    if (!strcmp(set->objective, "latency"))
        return r->outcome.latency_ms > 0 ? r->outcome.latency_ms : 0;
    bool params = !strcmp(set->objective, "params"), macs = !strcmp(set->objective, "macs");
    return params ? (double)r->outcome.params : macs ? (double)r->outcome.macs : 0;
}

/* The cost at which the objective equals the reward: the setting, or the cost of the first candidate that has one. All
   candidates have parameters and multiply-adds; only scored ones have a latency. */
static double target_of(const ax_search *s)
{
    double target = s->setup.settings.objective_target;
    for (uint32_t id = 1; !(target > 0) && id <= s->n_entries; id++)
        target = cost_of(&s->setup.settings, ax_search_get(s, id));
    return target;
}

/* The objective, reward and cost combined: reward * (cost / target)^-weight (Tan et al., MnasNet, CVPR 2019, equation
   2, with one exponent on both sides of the target, and its sign reversed). */
static double objective_of(const ax_search *s, const ax_entry *r)
{
    const ax_settings *set = &s->setup.settings;
    double cost = cost_of(set, r);
    return cost > 0 ? r->outcome.reward * pow(cost / target_of(s), -set->objective_weight) : r->outcome.reward;
}

/* Emits POLICY before the strategy has learned anything, and regularly afterwards. */
static void tell_policy(ax_search *s, const ax_space *space)
{
    enum { EVERY = 10 };
    uint64_t samples = ax_strategy_samples(s->strategy);
    if (samples % EVERY)
        return;
    ax_event ev = ax_search_event(AX_EVENT_POLICY, 0);
    snprintf(ev.u.POLICY.space, sizeof ev.u.POLICY.space, "%s", space->name);
    ev.u.POLICY.samples = (int64_t)samples;
    ax_strategy_probabilities(s->strategy, &ev.u.POLICY.probabilities);
    if (ev.u.POLICY.probabilities.n)
        ax_search_emit(s, &ev);
}

/* Warns with the first objective when the setting is so far from the costs that rewards hardly count in it. */
static void warn_of_target(ax_search *s, uint32_t id, double objective)
{
    enum { FAR = 1000000 };
    const ax_entry *r = ax_search_get(s, id);
    char text[AX_EVENT_TEXT];
    double reward = r->outcome.reward;
    if (ax_strategy_samples(s->strategy) || (objective <= reward * FAR && objective >= reward / FAR))
        return;
    snprintf(text, sizeof text,
             "a reward of %.4g counts as %.4g: objective_target (%g) is too far from this candidate's cost (%g)",
             reward, objective, s->setup.settings.objective_target, cost_of(&s->setup.settings, r));
    ax_search_log(s, AX_LEVEL_WARNING, id, text);
}

ax_code ax_search_learn(ax_search *s, uint32_t id, ax_err *err)
{
    const ax_entry *r = ax_search_get(s, id);
    if (!wanted(&s->setup.settings, r))
        return AX_OK;
    ax_learned what;
    ax_proposal p = r->proposal;
    p.id = id;
    double objective = objective_of(s, r);
    warn_of_target(s, id, objective);
    if (!ax_strategy_samples(s->strategy))
        tell_policy(s, ax_space_of(&p.genotype));
    ax_code code = ax_strategy_learn(s->strategy, &p, objective, &what, err);
    if (code != AX_OK)
        return code;
    ax_event ev = ax_search_event(AX_EVENT_LEARNED, id);
    ev.u.LEARNED.objective = objective;
    ev.u.LEARNED.loss = what.loss;
    ev.u.LEARNED.baseline = what.baseline;
    ev.u.LEARNED.advantage = what.advantage;
    ev.u.LEARNED.clip_share = what.clip_fraction;
    ev.u.LEARNED.entropy = what.entropy;
    ev.u.LEARNED.samples = (int64_t)what.samples;
    ev.u.LEARNED.length = what.length;
    ev.u.LEARNED.noise = what.noise;
    ax_search_emit(s, &ev);
    tell_policy(s, ax_space_of(&p.genotype));
    return AX_OK;
}
