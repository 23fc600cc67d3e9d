/* What the files of a plan share. */
#ifndef AX_GRAPH_PLAN_INTERNAL_H
#define AX_GRAPH_PLAN_INTERNAL_H

#include "engine/graph/capture.h"
#include "engine/graph/memory.h"
#include "engine/graph/plan.h"

typedef struct ax_step {
    const ax_node *node;
    const ax_kernel *kernel;
    ax_call call;
    bool prepared;
    size_t work, work_at; /* bytes of scratch, and where they are: those of a group lie side by side */
    double seconds;
    uint64_t runs;
} ax_step;

struct ax_plan {
    const ax_graph *g; /* borrowed, or `own` */
    ax_graph *own;     /* what was made of the graph that was given; NULL: that one runs */
    const ax_backend *be;
    ax_device *dev;
    ax_params *params; /* NULL while only predicting */
    unsigned flags;
    ax_memory memory;
    ax_step *step;
    ax_call **call; /* of each step */
    void *arena, *work;
    size_t work_bytes, input_bytes, held_bytes;
    void **mem;         /* per value id - 1: where it is, NULL = dead */
    void **owned;       /* per value id - 1: input memory of the plan's own */
    const void **bound; /* per value id - 1: the caller's memory, copied to `owned` by every run; else NULL */
    ax_capture capture;
    ax_capture_work *then; /* NULL, or what every run does last */
    void *then_context;
    ax_capture_work *first; /* NULL, or what every run does first */
    void *first_context;
    bool profile;
};

/* err's code; AX_ENOMEM where it has none, or the caller gave no place for it. */
ax_code ax_plan_code(const ax_err *err);
/* Puts the step's operation and shape before the error of its kernel, and returns its code. */
ax_code ax_plan_prefix(const ax_plan *p, const ax_step *s, ax_err *err);

#endif
