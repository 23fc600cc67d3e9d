/* A session: a graph, its parameters and the plan that runs it on a device, created and dropped together. */
#ifndef AX_GRAPH_SESSION_H
#define AX_GRAPH_SESSION_H

#include "engine/graph/plan.h"

typedef struct ax_session {
    const ax_backend *be; /* both are borrowed; a session starts as { be, dev } */
    ax_device *dev;
    ax_graph *graph;
    ax_params *params;
    ax_plan *plan;
} ax_session;

/* Drops the session's content; its graph is then a new, empty one. */
ax_code ax_session_begin(ax_session *s, ax_err *err);
/* Creates the graph's parameters as ax_params_new does. */
ax_code ax_session_params(ax_session *s, const ax_rng *rng, ax_err *err);
/* Compiles the graph's plan with the session's parameters; flags: AX_PLAN_... */
ax_code ax_session_compile(ax_session *s, unsigned flags, ax_err *err);
/* Frees plan, parameters and graph; backend and device stay for reuse. */
void ax_session_drop(ax_session *s);

#endif
