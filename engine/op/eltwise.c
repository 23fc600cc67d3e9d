/* ZERO, RELU, ADD, MIX, CONCAT, CAST. */
#include "engine/op/rules.h"

AX_INFER(infer_zero)
{
    if (ax_shape_count(attr->shape) == 0)
        return ax_op_reject(err, "zero", "it has no elements", attr->shape);
    out[0] = (ax_type) { .shape = attr->shape };
    return AX_OK;
}

AX_INFER(infer_relu)
{
    out[0] = in[0];
    return AX_OK;
}

AX_INFER(infer_add)
{
    for (size_t i = 1; i < n_in; i++)
        if (!ax_shape_equal(in[0].shape, in[i].shape))
            return ax_op_reject(err, "add", "all summands have one shape", in[i].shape);
    out[0] = in[0];
    return AX_OK;
}

AX_INFER(infer_mix)
{
    if (!ax_shape_equal(in[0].shape, in[1].shape))
        return ax_op_reject(err, "mix", "both sides have one shape", in[1].shape);
    for (size_t i = 2; i < 4; i++) {
        ax_shape factor = in[i].shape;
        if (!ax_shape_equal(factor, (ax_shape) { 1, 1, 1, in[0].shape.c }))
            return ax_op_reject(err, "mix", "a factor for each channel", factor);
    }
    out[0] = in[0];
    return AX_OK;
}

AX_INFER(infer_concat)
{
    out[0] = in[0];
    for (size_t i = 1; i < n_in; i++) {
        ax_shape a = in[0].shape, b = in[i].shape;
        if (a.n != b.n || a.h != b.h || a.w != b.w)
            return ax_op_reject(err, "concat", "all parts have one height and width", b);
        out[0].shape.c += b.c;
    }
    return AX_OK;
}

AX_INFER(infer_cast)
{
    bool narrows = in[0].dtype == AX_F32 && attr->dtype == AX_BF16;
    if (!narrows && (in[0].dtype != AX_BF16 || attr->dtype != AX_F32))
        return ax_op_reject(err, "cast", "from float32 to bfloat16 or back", in[0].shape);
    out[0] = in[0];
    out[0].dtype = attr->dtype;
    return AX_OK;
}

const ax_op_info ax_op_zero = { .text = "zero", .n_out = 1, .infer = infer_zero, .map_out = 1 };
const ax_op_info ax_op_relu = {
    .text = "relu",
    .min_in = 1,
    .max_in = 1,
    .n_out = 1,
    .infer = infer_relu,
    .backward_reads_out = 1 << 0,
    .differentiable = 1 << 0,
    .inplace = 1 << 0,
    .backward_inplace = 1 << 0,
    .map_in = 1,
    .map_out = 1,
};
const ax_op_info ax_op_add = {
    .text = "add",
    .min_in = 2,
    .max_in = AX_MAX_ADD,
    .n_out = 1,
    .infer = infer_add,
    .differentiable = (1 << AX_MAX_ADD) - 1,
    .inplace = 1 << 0 | 1 << 1,
    .map_in = (1 << AX_MAX_ADD) - 1,
    .map_out = 1,
};
const ax_op_info ax_op_mix = {
    .text = "mix",
    .min_in = 4,
    .max_in = 4,
    .n_out = 1,
    .infer = infer_mix,
    .backward_reads_in = 15,
    .differentiable = 15,
    .map_in = 3,
    .map_out = 1,
};
const ax_op_info ax_op_concat = {
    .text = "concat",
    .min_in = 1,
    .max_in = 4,
    .n_out = 1,
    .infer = infer_concat,
    .differentiable = 15,
    .map_in = 15,
    .map_out = 1,
};
const ax_op_info ax_op_cast = { .text = "cast", .min_in = 1, .max_in = 1, .n_out = 1, .infer = infer_cast };
