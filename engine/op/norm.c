/* Batch norm with its activation. Backward recomputes the normalised input and the activation's mask from x, so that
   the output needn't be kept. */
#include "engine/op/rules.h"

AX_INFER(infer)
{
    ax_shape vector = { 1, 1, 1, in[0].shape.c };
    for (size_t i = 1; i < n_in; i++)
        if (!ax_shape_equal(in[i].shape, vector))
            return ax_op_reject(err, "batchnorm", "scale, shift and statistics are vectors of the channels",
                                in[i].shape);
    out[0] = in[0];
    out[1] = out[2] = (ax_type) { .shape = vector };
    return AX_OK;
}

const ax_op_info ax_op_bnorm = {
    .text = "batchnorm",
    .min_in = 5,
    .max_in = 5,
    .n_out = 3,
    .infer = infer,
    .backward_reads_in = 1 << 0 | 1 << 1 | 1 << 2,
    .backward_reads_out = 1 << 1 | 1 << 2,
    .differentiable = 1 << 0 | 1 << 1 | 1 << 2,
    .inplace = 1 << 0,
    .backward_inplace = 1 << 0,
    .map_in = 1,
    .map_out = 1,
};
