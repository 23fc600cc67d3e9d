/* Live nodes, lifetimes of values, and their places in memory: the part of a plan that needs no backend. */
#ifndef AX_GRAPH_MEMORY_H
#define AX_GRAPH_MEMORY_H

#include "engine/graph/graph.h"

typedef enum ax_place {
    AX_PLACE_NONE,  /* dead */
    AX_PLACE_ARENA, /* at an offset */
    AX_PLACE_INPUT, /* the plan's own memory or the caller's */
    AX_PLACE_PARAM, /* a parameter */
    AX_PLACE_GRAD   /* the gradient slot of a parameter */
} ax_place;

typedef struct ax_home {
    ax_place place;
    uint32_t param;     /* for GRAD: value id of the parameter */
    uint32_t buffer;    /* for ARENA: index into buffers */
    size_t first, last; /* groups of steps: the producing one, and the last that reads it */
} ax_home;

typedef struct ax_buffer {
    size_t bytes, offset, first, last; /* several values share a buffer where a kernel works in place */
} ax_buffer;

typedef struct ax_memory {
    size_t *step;    /* indices of the live nodes, in order of execution */
    uint32_t *group; /* by step: steps of a group run at the same time and are adjacent */
    size_t n_steps;
    ax_home *home; /* per value id - 1 */
    ax_buffer *buffer;
    size_t n_buffers;
    size_t arena; /* bytes */
} ax_memory;

/* keep_effects: see AX_PLAN_KEEP_EFFECTS. together: use the order and groups of ax_schedule; else each step is its own
   group. */
ax_code ax_memory_plan(const ax_graph *g, bool keep_effects, bool together, ax_memory *m, ax_err *err);
void ax_memory_release(ax_memory *m);
/* The first step behind the group of step s. */
size_t ax_memory_group_end(const ax_memory *m, size_t s);

#endif
