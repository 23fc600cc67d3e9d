/* Named parameters with their gradients, optimiser slots and Polyak averages: one contiguous block per kind of slot
   and group, so that an optimiser is a loop over floats. Shared by all graphs of a candidate (training, evaluation). */
#ifndef AX_GRAPH_PARAMS_H
#define AX_GRAPH_PARAMS_H

#include "engine/base/rng.h"
#include "engine/graph/graph.h"
#include "engine/op/backend.h"

typedef struct ax_params ax_params;
typedef enum ax_slot { AX_SLOT_VALUE, AX_SLOT_GRAD, AX_SLOT_M, AX_SLOT_V, AX_SLOT_AVERAGE, AX_SLOT_COUNT } ax_slot;

/* All parameters of the graphs, initialised from rng: every tensor draws from its own stream, derived from the rng
   and the tensor's name, so that equal names get equal values in different networks (common random numbers).
   rng NULL: zeros, for parameters that a file fills. */
ax_params *ax_params_new(const ax_graph *const *graphs, size_t n_graphs, const ax_backend *be, ax_device *dev,
                         const ax_rng *rng, ax_err *err);
void ax_params_free(ax_params *p);

size_t ax_params_count(const ax_params *p);
const ax_param_spec *ax_params_spec(const ax_params *p, size_t i);
/* Index of a name, or SIZE_MAX. */
size_t ax_params_find(const ax_params *p, const char *name);
/* Device memory of parameter i in a slot; NULL when the slot has not been made for it. */
void *ax_params_slot(const ax_params *p, size_t i, ax_slot slot);
/* Copies parameter i between the host and a slot, in the parameter's own layout (OIHW). */
ax_code ax_params_set(ax_params *p, size_t i, ax_slot slot, const float *host, ax_err *err);
ax_code ax_params_get(const ax_params *p, size_t i, ax_slot slot, float *host, ax_err *err);
/* A group's slot as a whole: *floats of device memory, values of running statistics included. NULL: it wasn't made, or
   the group is empty. Parameters of graphs that differ in batch size only are in the same order. */
float *ax_params_block(const ax_params *p, ax_group group, ax_slot slot, size_t *floats);
/* Where parameter i begins in its group's blocks, in floats. */
size_t ax_params_offset(const ax_params *p, size_t i);
/* A group's slot as a whole in the host's memory, in one copy; *host NULL: it wasn't made. *copy: what the caller has
   to free, NULL where the backend's memory is the host's. */
ax_code ax_params_get_block(const ax_params *p, ax_group group, ax_slot slot, const float **host, float **copy,
                            ax_err *err);
/* The reverse; makes the slot. host: of the size of the block. */
ax_code ax_params_set_block(ax_params *p, ax_group group, ax_slot slot, const float *host, ax_err *err);
/* True when the training graph gives parameter i a gradient; set by ax_plan_new for graphs with a backward pass. Only
   such parameters are updated. */
bool ax_params_reached(const ax_params *p, size_t i);
void ax_params_mark_reached(ax_params *p, size_t i);
/* Makes the gradient slot of a group, zeroed, unless it is there. */
ax_code ax_params_need_grad(ax_params *p, ax_group group, ax_err *err);
/* Sum of the elements of the trainable parameters whose name starts with prefix ("" = all). */
uint64_t ax_params_elements(const ax_params *p, const char *prefix);
size_t ax_params_bytes(const ax_params *p); /* memory of all slots made */

/* ---- updates (optim.c) ---- */
/* Euclidean norm of all gradients of a group; waits for it. */
ax_code ax_optim_norm(ax_params *p, ax_group group, double *norm, ax_err *err);
typedef struct ax_optim {
    enum { AX_OPTIM_ADAM, AX_OPTIM_SGD } kind;
    float lr, weight_decay, momentum; /* Adam uses betas .9 .999 and eps 1e-8 */
    float clip;                       /* largest gradient norm of the group, 0 = none */
    uint64_t step;                    /* steps taken; counted up by ax_optim_end */
    int32_t slot;                     /* of the log, where there is one */
} ax_optim;
/* One step on a group, in three parts, so that the one that computes can be recorded together with what makes the
   gradients (ax_plan_then). Begin hands over what is of this step: the learning rate, and the decay of the averages.
   Run clips as torch.nn.utils.clip_grad_norm_, updates, and, if asked, averages as ax_optim_polyak; it takes the same
   memory in the same order every time and waits for nothing. End waits for it: *norm (may be NULL) = the norm before
   clipping; one that isn't finite is AX_EFORMAT "gradient norm is nan", and nothing but averages has changed. */
ax_code ax_optim_begin(ax_params *p, ax_group group, const ax_optim *o, float decay, ax_err *err);
ax_code ax_optim_run(ax_params *p, ax_group group, const ax_optim *o, bool average, ax_err *err);
ax_code ax_optim_end(const ax_params *p, ax_group group, ax_optim *o, double *norm, ax_err *err);
/* What end says of a norm, for a caller that has it from the log. */
ax_code ax_optim_check(double norm, ax_err *err);
/* What of a step the backend's memory holds for a group; NULL before the first begin. */
const ax_update_now *ax_optim_now(const ax_params *p, ax_group group);
/* The three, without averages. */
ax_code ax_optim_step(ax_params *p, ax_group group, ax_optim *o, double *norm, ax_err *err);
/* average = decay * average + (1 - decay) * value for the reached parameters of a group; the first call copies all
   trainable ones, so that the average of one that isn't reached is its value. */
ax_code ax_optim_polyak(ax_params *p, ax_group group, float decay, ax_err *err);
/* value = average, where there are averages. */
ax_code ax_optim_take_average(ax_params *p, ax_group group, ax_err *err);

#endif
