/* Which nodes run, how long each value lives, and where it is: the part of a plan that needs no backend. */
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
    uint32_t param;     /* GRAD: value id of the parameter */
    uint32_t buffer;    /* ARENA: index into buffers */
    size_t first, last; /* groups of steps that make it and read it last */
} ax_home;

typedef struct ax_buffer {
    size_t bytes, offset, first, last; /* several values share one where a kernel works in place */
} ax_buffer;

typedef struct ax_memory {
    size_t *step;    /* indices of the nodes that run, in order */
    uint32_t *group; /* of each step: those of a group run at the same time; they are neighbours */
    size_t n_steps;
    ax_home *home; /* per value id - 1 */
    ax_buffer *buffer;
    size_t n_buffers;
    size_t arena; /* bytes */
} ax_memory;

/* keep_effects: see AX_PLAN_KEEP_EFFECTS. together: in the order and the groups of ax_schedule, else each step is a
   group. */
ax_code ax_memory_plan(const ax_graph *g, bool keep_effects, bool together, ax_memory *m, ax_err *err);
void ax_memory_release(ax_memory *m);
/* The step behind the group of step s. */
size_t ax_memory_group_end(const ax_memory *m, size_t s);

#endif
