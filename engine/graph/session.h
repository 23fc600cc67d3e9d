/* A session: a graph, its parameters and the plan that runs it on a device, made and dropped together. */
#ifndef AX_GRAPH_SESSION_H
#define AX_GRAPH_SESSION_H

#include "engine/graph/plan.h"

typedef struct ax_session {
    const ax_backend *be; /* these two are borrowed; a session starts as { be, dev } */
    ax_device *dev;
    ax_graph *graph;
    ax_params *params;
    ax_plan *plan;
} ax_session;

/* Drops what the session had; its graph is a new one, empty. */
ax_code ax_session_begin(ax_session *s, ax_err *err);
/* The graph's parameters, as ax_params_new makes them. */
ax_code ax_session_params(ax_session *s, const ax_rng *rng, ax_err *err);
/* The graph's plan with the session's parameters; flags: AX_PLAN_... */
ax_code ax_session_compile(ax_session *s, unsigned flags, ax_err *err);
/* Frees plan, parameters and graph; backend and device stay for the next. */
void ax_session_drop(ax_session *s);

#endif
