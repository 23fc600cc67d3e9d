/* Internals shared by params.c and optim.c. */
#ifndef AX_GRAPH_PARAMS_INTERNAL_H
#define AX_GRAPH_PARAMS_INTERNAL_H

#include "engine/base/names.h"
#include "engine/graph/params.h"

typedef struct ax_param {
    ax_param_spec spec;
    size_t count, offset; /* elements; offset in the group's block, in floats */
    bool reached;
} ax_param;

/* All parameters of a group, trainable ones first. */
typedef struct ax_param_block {
    /* Lengths with padding: of all, and of the trainable part, which all slots but VALUE cover. */
    size_t floats, trainable;
    float *slot[AX_SLOT_COUNT];
    bool averaged;      /* AVERAGE holds averages */
    ax_update_now *now; /* in the backend's memory, NULL until needed; followed by a sum of squares per parameter */
} ax_param_block;

struct ax_params {
    const ax_backend *be;
    ax_device *dev;
    ax_param *param;
    size_t n;
    ax_names names; /* their indices in param */
    ax_param_block block[AX_GROUP_COUNT];
};

/* Allocates a group's slot, zeroed, unless it exists. */
ax_code ax_params_need_slot(ax_params *p, ax_group group, ax_slot slot, ax_err *err);

#endif
