/* A plan: a graph compiled for a backend. Dead nodes are dropped, every value gets an offset in one arena according to
   its lifetime, and kernels are prepared once. Running a plan allocates nothing. */
#ifndef AX_GRAPH_PLAN_H
#define AX_GRAPH_PLAN_H

#include "engine/graph/graph.h"
#include "engine/graph/params.h"

typedef struct ax_plan ax_plan;

enum {
    AX_PLAN_AVERAGED = 1, /* read the Polyak averages of trainable parameters where they exist */
    /* Keep batch norms in training mode that nothing reads, since they update running statistics, as in an eager
       framework. */
    AX_PLAN_KEEP_EFFECTS = 2,
    /* From the second run on, launch all steps as one, where the backend can. The results are the same. */
    AX_PLAN_CAPTURE = 4,
    /* For inference: fuse nodes (engine/graph/fuse.h) where the backend can. Parameters must not change once the plan
       has run. Results differ by rounding. */
    AX_PLAN_INFERENCE = 8,
    /* For measuring: use the order and groups of a backend that runs independent nodes together, even if this one
       doesn't. The results are the same bits. */
    AX_PLAN_TOGETHER = 16,
    /* For training: maps have the type configured for the device (ax_backend.map_type). Otherwise float32. */
    AX_PLAN_NARROW = 32
};

/* params must contain every parameter of g. Gradients are written to its AX_SLOT_GRAD. */
ax_plan *ax_plan_new(const ax_graph *g, const ax_backend *be, ax_device *dev, ax_params *params, unsigned flags,
                     ax_err *err);
void ax_plan_free(ax_plan *p);
/* Copies an input in, by name. bytes must equal the value's size. */
ax_code ax_plan_write(ax_plan *p, const char *name, const void *host, size_t bytes, ax_err *err);
/* Binds an input to memory of the caller (64-byte aligned) for the following runs, without copying. A backend that
   can't read host memory copies it in at every run. */
ax_code ax_plan_bind(ax_plan *p, const char *name, const void *mem, ax_err *err);
/* The plan's own memory of an input, in backend memory at a fixed address, for the caller to fill with the backend's
   copy. */
void *ax_plan_input(ax_plan *p, const char *name, ax_err *err);
ax_code ax_plan_read(const ax_plan *p, const char *name, void *host, size_t bytes, ax_err *err);
ax_code ax_plan_run(ax_plan *p, ax_err *err);
/* Work to be done behind the last step of every run from now on. AX_PLAN_CAPTURE records it with the steps, so it must
   enqueue the same each time. NULL: none. */
void ax_plan_run_after(ax_plan *p, ax_code (*work)(void *context, ax_err *err), void *context);
/* The same, before the first step. */
void ax_plan_run_before(ax_plan *p, ax_code (*work)(void *context, ax_err *err), void *context);
/* Address of a kept value or result in backend memory; NULL: unknown name. */
const void *ax_plan_kept_address(const ax_plan *p, const char *name);
/* Why steps are launched one by one although AX_PLAN_CAPTURE was requested and the backend supports it; "" = they
   aren't. */
const char *ax_plan_not_captured(const ax_plan *p);
/* Bytes of the arena, of scratch and of the kernels' own memory; known before the first run. */
size_t ax_plan_arena_bytes(const ax_plan *p);
/* The bytes that ax_plan_new would allocate for this graph on this backend, computed without allocating tensors. */
ax_code ax_plan_predict(const ax_graph *g, const ax_backend *be, ax_device *dev, unsigned flags, size_t *bytes,
                        ax_err *err);

/* A value's place in the arena and its first and last step, for tests. false = not in the arena. */
typedef struct ax_plan_extent {
    size_t offset, bytes, first, last;
} ax_plan_extent;
bool ax_plan_extent_of(const ax_plan *p, uint32_t value, ax_plan_extent *out);

/* Profile of a node, after runs with profiling on: for `bench --profile` and tests. */
typedef struct ax_plan_step {
    const ax_node *node;
    const ax_call *call; /* as passed to the kernel; owned by the plan */
    uint32_t group;      /* steps of one group are adjacent, and run together where the backend can */
    double seconds;      /* of the fastest profiled run: disturbances only add time */
    uint64_t runs;       /* number of profiled runs */
} ax_plan_step;
void ax_plan_profile(ax_plan *p, bool on);
size_t ax_plan_steps(const ax_plan *p);
ax_plan_step ax_plan_step_at(const ax_plan *p, size_t i);

#endif
