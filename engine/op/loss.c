/* CE, DEPTH_LOSS, MSE, WMSE, WSUM: operations with a scalar result. */
#include "engine/op/rules.h"

static const ax_type scalar = { .shape = { 1, 1, 1, 1 } };

AX_INFER(infer_ce)
{
    ax_shape x = in[0].shape, y = in[1].shape;
    if (in[1].dtype != AX_U8 || y.n != x.n || y.h != x.h || y.w != x.w || y.c != 1)
        return ax_op_reject(err, "ce", "labels are bytes, one per pixel of the logits", y);
    if (n_in > 2 && (in[2].dtype != AX_F32 || !ax_shape_equal(in[2].shape, (ax_shape) { 1, 1, 1, x.c })))
        return ax_op_reject(err, "ce", "there is a weight per class", in[2].shape);
    out[0] = scalar;
    out[1] = in[0];
    return AX_OK;
}

AX_INFER(infer_depth_loss)
{
    if (attr->depth.kind > AX_SILOG)
        return ax_op_reject(err, "depth_loss", "no such kind of loss", in[0].shape);
    if (in[0].shape.c != 1)
        return ax_op_reject(err, "depth_loss", "a depth has one channel", in[0].shape);
    if (in[1].dtype != AX_F32 || !ax_shape_equal(in[0].shape, in[1].shape))
        return ax_op_reject(err, "depth_loss", "the truth is floats, one per pixel of the prediction", in[1].shape);
    out[0] = scalar;
    out[1] = in[0];
    return AX_OK;
}

AX_INFER(infer_mse)
{
    if (!ax_shape_equal(in[0].shape, in[1].shape))
        return ax_op_reject(err, "mse", "both sides have one shape", in[1].shape);
    out[0] = scalar;
    return AX_OK;
}

AX_INFER(infer_wmse)
{
    ax_shape a = in[0].shape, w = in[2].shape;
    if (!ax_shape_equal(a, in[1].shape))
        return ax_op_reject(err, "wmse", "both sides have one shape", in[1].shape);
    if (w.n != a.n || w.h != 1 || w.w != 1 || w.c != a.c)
        return ax_op_reject(err, "wmse", "there is a weight per image and channel", w);
    out[0] = scalar;
    return AX_OK;
}

AX_INFER(infer_wsum)
{
    for (size_t i = 0; i < n_in; i++)
        if (ax_shape_count(in[i].shape) != 1)
            return ax_op_reject(err, "wsum", "it sums scalars", in[i].shape);
    out[0] = scalar;
    return AX_OK;
}

const ax_op_info ax_op_ce = {
    .text = "ce",
    .min_in = 2,
    .max_in = 3,
    .n_out = 2,
    .infer = infer_ce,
    .backward_reads_out = 1 << 1,
    .differentiable = 1 << 0,
    .backward_inplace = 1 << 1,
};
const ax_op_info ax_op_depth_loss = {
    .text = "depth_loss",
    .min_in = 2,
    .max_in = 2,
    .n_out = 2,
    .infer = infer_depth_loss,
    .backward_reads_out = 1 << 1,
    .differentiable = 1 << 0,
    .backward_inplace = 1 << 1,
};
const ax_op_info ax_op_mse = {
    .text = "mse",
    .min_in = 2,
    .max_in = 2,
    .n_out = 1,
    .infer = infer_mse,
    .backward_reads_in = 1 << 0 | 1 << 1,
    .differentiable = 1 << 0,
};
const ax_op_info ax_op_wmse = {
    .text = "wmse",
    .min_in = 3,
    .max_in = 3,
    .n_out = 1,
    .infer = infer_wmse,
    .backward_reads_in = 1 << 0 | 1 << 1 | 1 << 2,
    .differentiable = 1 << 0,
};
const ax_op_info ax_op_wsum = {
    .text = "wsum", .min_in = 1, .max_in = 5, .n_out = 1, .infer = infer_wsum, .differentiable = 31
};
