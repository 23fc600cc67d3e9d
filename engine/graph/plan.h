/* A plan: a graph compiled for a backend. Dead nodes are dropped, every value gets an address in one arena from its
   lifetime, kernels are prepared once. Running it allocates nothing. */
#ifndef AX_GRAPH_PLAN_H
#define AX_GRAPH_PLAN_H

#include "engine/graph/graph.h"
#include "engine/graph/params.h"

typedef struct ax_plan ax_plan;

enum {
    AX_PLAN_AVERAGED = 1, /* read the Polyak averages of trainable parameters where they exist */
    /* Run training-mode batch norms that nothing reads, for the sake of their running statistics, as an eager
       framework does. */
    AX_PLAN_KEEP_EFFECTS = 2,
    /* From the second run on launch all steps as one, where the backend can. The results are the same. */
    AX_PLAN_CAPTURE = 4,
    /* Of inference: runs the graph that engine/graph/fuse.h makes of it, where the backend can. The parameters must not
       change any more once the plan has run. Results differ by rounding. */
    AX_PLAN_INFERENCE = 8,
    /* In the order and the groups of a backend that runs independent nodes together, where this one doesn't: to count
       them. The results are the same bits. */
    AX_PLAN_TOGETHER = 16,
    /* Of training: maps are of the type that the device was told (ax_backend.map_type). Without it they are float32. */
    AX_PLAN_NARROW = 32
};

/* params must hold every parameter of g. Gradients land in the AX_SLOT_GRAD of params. */
ax_plan *ax_plan_new(const ax_graph *g, const ax_backend *be, ax_device *dev, ax_params *params, unsigned flags,
                     ax_err *err);
void ax_plan_free(ax_plan *p);
/* Copies an input in, by name. bytes must be the value's size. */
ax_code ax_plan_write(ax_plan *p, const char *name, const void *host, size_t bytes, ax_err *err);
/* Points an input at memory of the caller (64-byte aligned) for the coming runs. Nothing is copied, unless the backend
   can't read it: then it is copied in by every run. */
ax_code ax_plan_bind(ax_plan *p, const char *name, const void *mem, ax_err *err);
/* The plan's own memory of an input, on the backend's side, to be filled in by the caller with the backend's copy; it
   stays where it is. */
void *ax_plan_input(ax_plan *p, const char *name, ax_err *err);
ax_code ax_plan_read(const ax_plan *p, const char *name, void *host, size_t bytes, ax_err *err);
ax_code ax_plan_run(ax_plan *p, ax_err *err);
/* Work that belongs to every run from now on, behind the last step; AX_PLAN_CAPTURE records it with the steps, so that
   it must enqueue the same each time. NULL: none. */
void ax_plan_then(ax_plan *p, ax_code (*work)(void *context, ax_err *err), void *context);
/* The same in front of the first step. */
void ax_plan_first(ax_plan *p, ax_code (*work)(void *context, ax_err *err), void *context);
/* Where a kept value or a result of the plan is, in the backend's memory; NULL: it keeps none of that name. */
const void *ax_plan_where_kept(const ax_plan *p, const char *name);
/* Why its steps are launched one by one although AX_PLAN_CAPTURE was asked for and the backend can; "" = they aren't.
 */
const char *ax_plan_note(const ax_plan *p);
/* Bytes of the arena, of scratch and of what kernels keep, known before anything runs. */
size_t ax_plan_arena_bytes(const ax_plan *p);
/* What ax_plan_new would allocate for this graph on this backend, without allocating tensors. */
ax_code ax_plan_predict(const ax_graph *g, const ax_backend *be, ax_device *dev, unsigned flags, size_t *bytes,
                        ax_err *err);

/* Where a value is in the arena and from which to which step it lives: for tests. false = not in the arena. */
typedef struct ax_plan_extent {
    size_t offset, bytes, first, last;
} ax_plan_extent;
bool ax_plan_where(const ax_plan *p, uint32_t value, ax_plan_extent *out);

/* Per node, after runs with profiling on: for `bench --profile` and tests. */
typedef struct ax_plan_step {
    const ax_node *node;
    const ax_call *call; /* as the kernel gets it; the plan's */
    uint32_t group;      /* steps with the same number are neighbours, and run together where the backend can */
    double seconds;      /* of the fastest profiled run: what disturbs a run only ever adds */
    uint64_t runs;       /* profiled ones */
} ax_plan_step;
void ax_plan_profile(ax_plan *p, bool on);
size_t ax_plan_steps(const ax_plan *p);
ax_plan_step ax_plan_step_at(const ax_plan *p, size_t i);

#endif
