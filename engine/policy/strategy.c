#include "engine/policy/strategy.h"

#include "engine/policy/strategy_internal.h"

#include <string.h>

static const ax_strategy_ops *const strategies[] = { &ax_strategy_ppo, &ax_strategy_random };

ax_strategy *ax_strategy_new(const char *name, uint64_t seed, ax_err *err)
{
    for (size_t i = 0; i < sizeof strategies / sizeof *strategies; i++)
        if (!strcmp(strategies[i]->name, name))
            return strategies[i]->start(seed, err);
    ax_fail(err, AX_EINVAL, "strategy '%s': not one of ppo, random", name);
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
    return s->ops->learn(s, p, reward, what ? what : &ignored, err);
}

ax_code ax_strategy_save(const ax_strategy *s, char **bytes, size_t *n, ax_err *err)
{
    return ax_strategy_pack(s, bytes, n, err);
}

ax_code ax_strategy_load(ax_strategy *s, const char *bytes, size_t n, ax_err *err)
{
    return ax_strategy_unpack(s, bytes, n, err);
}
