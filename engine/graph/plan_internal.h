/* Internals shared by the files of a plan. */
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
    size_t work, work_at; /* scratch: bytes, and its offset; scratch of a group's steps lies side by side */
    double seconds;
    uint64_t runs;
} ax_step;

struct ax_plan {
    const ax_graph *g; /* borrowed, or `own` */
    ax_graph *own;     /* the transformed graph; NULL when the given one runs unchanged */
    const ax_backend *be;
    ax_device *dev;
    ax_params *params; /* NULL while only predicting memory */
    unsigned flags;
    ax_memory memory;
    ax_step *step;
    ax_call **call; /* by step */
    void *arena, *work;
    size_t work_bytes, input_bytes, held_bytes;
    void **mem;         /* by value id - 1: its address, NULL = dead */
    void **owned;       /* by value id - 1: the plan's own memory of an input */
    const void **bound; /* by value id - 1: the caller's memory, copied to `owned` by every run; else NULL */
    ax_capture capture;
    ax_capture_work *then; /* work at the end of every run, or NULL */
    void *then_context;
    ax_capture_work *first; /* work at the start of every run, or NULL */
    void *first_context;
    bool profile;
};

/* err's code; AX_ENOMEM when err is NULL or has none. */
ax_code ax_plan_code(const ax_err *err);
/* Prefixes a kernel's error with the step's operation and shape; returns its code. */
ax_code ax_plan_prefix(const ax_plan *p, const ax_step *s, ax_err *err);

#endif
