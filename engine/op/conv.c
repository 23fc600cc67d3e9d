/* Convolution, plain and fused: shapes, and the values that backward reads. */
#include "engine/op/rules.h"

AX_INFER(infer)
{
    ax_shape x = in[0].shape, w = in[1].shape;
    uint32_t groups = attr->conv.groups;
    if (in[1].layout != AX_OIHW || w.h != attr->conv.kernel || w.w != attr->conv.kernel || !attr->conv.kernel ||
        !attr->conv.stride || !attr->conv.dilation)
        return ax_op_reject(err, "conv2d", "the weight doesn't fit the kernel size", w);
    if (groups != 1 && (groups != (uint32_t)x.c || w.n != x.c))
        return ax_op_reject(err, "conv2d", "groups are 1 or the number of channels, in as out", w);
    if (w.c != (groups == 1 ? x.c : 1))
        return ax_op_reject(err, "conv2d", "the weight has other input channels than the input", w);
    if (n_in == 3 && !ax_shape_equal(in[2].shape, (ax_shape) { 1, 1, 1, w.n }))
        return ax_op_reject(err, "conv2d", "the bias isn't a vector of the output channels", in[2].shape);
    ax_shape y = { x.n, ax_conv_extent(x.h, attr), ax_conv_extent(x.w, attr), w.n };
    if (y.h < 1 || y.w < 1)
        return ax_op_reject(err, "conv2d", "the input is smaller than the kernel", x);
    out[0] = (ax_type) { .shape = y };
    return AX_OK;
}

static uint64_t macs(const ax_attr *attr, const ax_type *in, size_t n_in)
{
    (void)n_in;
    ax_shape x = in[0].shape, w = in[1].shape;
    return (uint64_t)x.n * (uint64_t)ax_conv_extent(x.h, attr) * (uint64_t)ax_conv_extent(x.w, attr) *
           ax_shape_count(w);
}

const ax_op_info ax_op_conv2d = {
    .text = "conv2d",
    .min_in = 2,
    .max_in = 3,
    .n_out = 1,
    .infer = infer,
    .backward_reads_in = 1 << 0 | 1 << 1,
    .differentiable = 1 << 0 | 1 << 1 | 1 << 2,
    .map_in = 1,
    .map_out = 1,
    .macs = macs,
};

/* Number of inputs of a FUSED other than the maps to be added. */
static size_t operands(const ax_attr *attr)
{
    return 2 + (size_t)(attr->fused.bias ? 1 : 0) + (size_t)(attr->fused.norm ? 4 : 0);
}

AX_INFER(infer_fused)
{
    const size_t least = operands(attr);
    if (n_in < least || n_in > least + AX_MAX_SUMMANDS)
        return ax_op_reject(err, "fused", "the inputs aren't those that it says", in[0].shape);
    ax_code code = infer(attr, in, 2, out, err);
    for (size_t i = 2; i < n_in && code == AX_OK; i++)
        if (!ax_shape_equal(in[i].shape, i < least ? (ax_shape) { 1, 1, 1, out[0].shape.c } : out[0].shape))
            code = ax_op_reject(err, "fused",
                                i < least ? "bias, scale, shift and statistics are vectors of the output channels"
                                          : "what is added has the output's shape",
                                in[i].shape);
    return code;
}

static uint32_t params(const ax_attr *attr)
{
    return (uint32_t)operands(attr) - 1;
}

const ax_op_info ax_op_fused = {
    .text = "fused",
    .min_in = 2,
    .max_in = 9,
    .n_out = 1,
    .infer = infer_fused,
    .map_in = 1,
    .map_out = 1,
    .params = params,
    .macs = macs,
};
