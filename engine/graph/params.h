/* Named parameters with gradients, optimiser slots and Polyak averages: one contiguous block per slot and group, so
   that an optimiser loops over floats. Shared by all graphs of a candidate (training, evaluation). */
#ifndef AX_GRAPH_PARAMS_H
#define AX_GRAPH_PARAMS_H

#include "engine/base/rng.h"
#include "engine/graph/graph.h"
#include "engine/op/backend.h"

typedef struct ax_params ax_params;
typedef enum ax_slot { AX_SLOT_VALUE, AX_SLOT_GRAD, AX_SLOT_M, AX_SLOT_V, AX_SLOT_AVERAGE, AX_SLOT_COUNT } ax_slot;

/* All parameters of the graphs, initialised from rng. Every tensor draws from its own stream, derived from the rng and
   its name, so that tensors of one name start equal in different networks (common random numbers). rng NULL: zeros, for
   parameters read from a file. */
ax_params *ax_params_new(const ax_graph *const *graphs, size_t n_graphs, const ax_backend *be, ax_device *dev,
                         const ax_rng *rng, ax_err *err);
void ax_params_free(ax_params *p);

size_t ax_params_count(const ax_params *p);
const ax_param_spec *ax_params_spec(const ax_params *p, size_t i);
/* Index of a name; SIZE_MAX = unknown. */
size_t ax_params_find(const ax_params *p, const char *name);
/* Device memory of parameter i in a slot; NULL when the slot doesn't exist. */
void *ax_params_slot(const ax_params *p, size_t i, ax_slot slot);
/* Copies parameter i between the host and a slot, in its own layout (OIHW). */
ax_code ax_params_set(ax_params *p, size_t i, ax_slot slot, const float *host, ax_err *err);
ax_code ax_params_get(const ax_params *p, size_t i, ax_slot slot, float *host, ax_err *err);
/* A group's whole slot in device memory; *floats: its length, running statistics included for values. NULL: the slot
   doesn't exist, or the group is empty. Graphs that differ only in batch size have their parameters in the same
   order. */
float *ax_params_block(const ax_params *p, ax_group group, ax_slot slot, size_t *floats);
/* Offset of parameter i in its group's blocks, in floats. */
size_t ax_params_offset(const ax_params *p, size_t i);
/* A group's whole slot in host memory, in one copy; *host NULL: the slot doesn't exist. *copy: to be freed by the
   caller, NULL where the backend's memory is the host's. */
ax_code ax_params_get_block(const ax_params *p, ax_group group, ax_slot slot, const float **host, float **copy,
                            ax_err *err);
/* The reverse; creates the slot. host: as long as the block. */
ax_code ax_params_set_block(ax_params *p, ax_group group, ax_slot slot, const float *host, ax_err *err);
/* True when the training graph computes a gradient of parameter i; set by ax_plan_new for graphs with a backward pass.
   Only these are updated. */
bool ax_params_reached(const ax_params *p, size_t i);
void ax_params_mark_reached(ax_params *p, size_t i);
/* Creates a group's gradient slot, zeroed, unless it exists. */
ax_code ax_params_need_grad(ax_params *p, ax_group group, ax_err *err);
/* Number of elements of the trainable parameters whose name starts with prefix ("" = all). */
uint64_t ax_params_elements(const ax_params *p, const char *prefix);
size_t ax_params_bytes(const ax_params *p); /* memory of all existing slots */

/* ---- updates (optim.c) ---- */
/* Euclidean norm of all gradients of a group; waits for the device. */
ax_code ax_optim_norm(ax_params *p, ax_group group, double *norm, ax_err *err);
typedef struct ax_optim {
    enum { AX_OPTIM_ADAM, AX_OPTIM_SGD } kind;
    float lr, weight_decay, momentum; /* Adam uses betas .9 .999 and eps 1e-8 */
    float clip;                       /* largest gradient norm of the group, 0 = none */
    uint64_t step;                    /* steps taken; incremented by ax_optim_end */
    int32_t slot;                     /* row of the log, where there is one */
} ax_optim;
/* One step on a group in three parts, so that the computing part can be recorded together with the backward pass
   (ax_plan_run_after). Begin writes the step's values: learning rate, decay of the averages. Run clips as
   torch.nn.utils.clip_grad_norm_, updates and, if requested, averages as ax_optim_polyak; it does the same work on the
   same memory every time and doesn't wait. End waits: *norm (may be NULL) = the norm before clipping; when that isn't
   finite, AX_EFORMAT "diverged: the gradient norm is nan", and only averages have changed. */
ax_code ax_optim_begin(ax_params *p, ax_group group, const ax_optim *o, float decay, ax_err *err);
ax_code ax_optim_run(ax_params *p, ax_group group, const ax_optim *o, bool average, ax_err *err);
ax_code ax_optim_end(const ax_params *p, ax_group group, ax_optim *o, double *norm, ax_err *err);
/* The check of end, for a norm read from the log. */
ax_code ax_optim_check(double norm, ax_err *err);
/* A group's per-step values in the backend's memory; NULL before the first begin. */
const ax_update_now *ax_optim_now(const ax_params *p, ax_group group);
/* All three parts, without averages. */
ax_code ax_optim_step(ax_params *p, ax_group group, ax_optim *o, double *norm, ax_err *err);
/* average = decay * average + (1 - decay) * value for the parameters of a group that have a gradient. The first call
   copies all trainable ones, so that the average of any other is its value. */
ax_code ax_optim_polyak(ax_params *p, ax_group group, float decay, ax_err *err);
/* value = average, where averages exist. */
ax_code ax_optim_take_average(ax_params *p, ax_group group, ax_err *err);

#endif
