/* What the strategy hears of a candidate. */
#include "engine/search/search_internal.h"

#include <math.h>
#include <string.h>

/* What a person made isn't the policy's doing; that a network came up again is. */
static bool wanted(const ax_settings *set, const ax_row *r)
{
    return (set->learn_handmade || strcmp(r->origin, "user")) && (set->learn_reused || !r->reused);
}

ax_code ax_search_learn(ax_search *s, uint32_t id, ax_err *err)
{
    const ax_row *r = ax_search_look(s, id);
    if (!wanted(&s->setup.settings, r))
        return AX_OK;
    ax_learned what = { NAN, NAN, NAN, NAN, NAN, 0 };
    ax_proposal p = r->proposal;
    p.id = id;
    ax_code code = ax_strategy_learn(s->strategy, &p, r->outcome.reward, &what, err);
    if (code != AX_OK)
        return code;
    ax_event ev = ax_search_event(AX_EVENT_LEARNED, id);
    ev.u.LEARNED.loss = what.loss;
    ev.u.LEARNED.baseline = what.baseline;
    ev.u.LEARNED.advantage = what.advantage;
    ev.u.LEARNED.clip_share = what.clip_share;
    ev.u.LEARNED.entropy = what.entropy;
    ev.u.LEARNED.samples = (int64_t)what.samples;
    ax_search_emit(s, &ev);
    return AX_OK;
}
