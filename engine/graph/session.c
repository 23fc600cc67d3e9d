#include "engine/graph/session.h"

ax_code ax_session_begin(ax_session *s, ax_err *err)
{
    ax_session_drop(s);
    s->graph = ax_graph_new(err);
    return s->graph ? AX_OK : AX_ENOMEM;
}

ax_code ax_session_params(ax_session *s, const ax_rng *rng, ax_err *err)
{
    const ax_graph *graphs[] = { s->graph };
    s->params = ax_params_new(graphs, 1, s->be, s->dev, rng, err);
    return s->params ? AX_OK : err->code;
}

ax_code ax_session_compile(ax_session *s, unsigned flags, ax_err *err)
{
    s->plan = ax_plan_new(s->graph, s->be, s->dev, s->params, flags, err);
    return s->plan ? AX_OK : err->code;
}

void ax_session_drop(ax_session *s)
{
    ax_plan_free(s->plan);
    ax_params_free(s->params);
    ax_graph_free(s->graph);
    s->plan = NULL;
    s->params = NULL;
    s->graph = NULL;
}
