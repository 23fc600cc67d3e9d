/* RESIZE, GPOOL, MAXPOOL, ARGMAX: operations without parameters that change height and width. */
#include "engine/op/rules.h"

static ax_code check_size(const char *op, const ax_attr *attr, const ax_type *in, ax_err *err)
{
    if (attr->size.h < 1 || attr->size.w < 1)
        return ax_op_reject(err, op, "the target size is empty", in[0].shape);
    return AX_OK;
}

AX_INFER(infer_resize)
{
    ax_shape x = in[0].shape;
    out[0] = (ax_type) { .shape = { x.n, attr->size.h, attr->size.w, x.c } };
    return check_size("resize", attr, in, err);
}

AX_INFER(infer_gpool)
{
    out[0] = (ax_type) { .shape = { in[0].shape.n, 1, 1, in[0].shape.c } };
    return AX_OK;
}

AX_INFER(infer_maxpool)
{
    ax_shape x = in[0].shape;
    const int k = attr->conv.kernel, pad = attr->conv.pad;
    if (k < 1 || k > 15 || 2 * pad > k || !attr->conv.stride || attr->conv.dilation != 1)
        return ax_op_reject(err, "maxpool", "a window of 1 to 15 pixels, padded by at most half of it", x);
    ax_shape y = { x.n, ax_conv_extent(x.h, attr), ax_conv_extent(x.w, attr), x.c };
    if (x.h + 2 * pad < k || x.w + 2 * pad < k)
        return ax_op_reject(err, "maxpool", "the window doesn't fit", x);
    out[0] = (ax_type) { .shape = y };
    out[1] = (ax_type) { .shape = y, .dtype = AX_U8 };
    return AX_OK;
}

AX_INFER(infer_argmax)
{
    out[0] = (ax_type) { .shape = { in[0].shape.n, attr->size.h, attr->size.w, 1 }, .dtype = AX_U8 };
    if (in[0].shape.c > AX_IGNORE)
        return ax_op_reject(err, "argmax", "at most 255 classes", in[0].shape);
    return check_size("argmax", attr, in, err);
}

const ax_op_info ax_op_resize = {
    .text = "resize",
    .min_in = 1,
    .max_in = 1,
    .n_out = 1,
    .infer = infer_resize,
    .differentiable = 1,
    .map_in = 1,
    .map_out = 1,
};
const ax_op_info ax_op_gpool = {
    .text = "gpool",
    .min_in = 1,
    .max_in = 1,
    .n_out = 1,
    .infer = infer_gpool,
    .differentiable = 1,
    .map_in = 1,
    .map_out = 1,
};
const ax_op_info ax_op_argmax = { .text = "argmax", .min_in = 1, .max_in = 1, .n_out = 1, .infer = infer_argmax };
const ax_op_info ax_op_maxpool = {
    .text = "maxpool",
    .min_in = 1,
    .max_in = 1,
    .n_out = 2,
    .infer = infer_maxpool,
    .backward_reads_out = 1 << 1,
    .differentiable = 1,
    .map_in = 1,
    .map_out = 1,
};
