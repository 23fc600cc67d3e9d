#include "engine/op/op.h"

#include "engine/op/rules.h"

#include <assert.h>
#include <stdio.h>

const ax_op_info *ax_op_get(ax_op op)
{
    static const ax_op_info *const table[AX_OP_COUNT] = {
        [AX_OP_ZERO] = &ax_op_zero,       [AX_OP_CONV2D] = &ax_op_conv2d,
        [AX_OP_BNORM] = &ax_op_bnorm,     [AX_OP_RELU] = &ax_op_relu,
        [AX_OP_ADD] = &ax_op_add,         [AX_OP_RESIZE] = &ax_op_resize,
        [AX_OP_GPOOL] = &ax_op_gpool,     [AX_OP_CONCAT] = &ax_op_concat,
        [AX_OP_CE] = &ax_op_ce,           [AX_OP_DEPTH_LOSS] = &ax_op_depth_loss,
        [AX_OP_MSE] = &ax_op_mse,         [AX_OP_WSUM] = &ax_op_wsum,
        [AX_OP_ARGMAX] = &ax_op_argmax,   [AX_OP_WMSE] = &ax_op_wmse,
        [AX_OP_MAXPOOL] = &ax_op_maxpool, [AX_OP_MIX] = &ax_op_mix,
        [AX_OP_FUSED] = &ax_op_fused,     [AX_OP_CAST] = &ax_op_cast,
        [AX_OP_CHAIN] = &ax_op_chain,
    };
    assert(op < AX_OP_COUNT);
    return table[op];
}

uint32_t ax_op_maps_in(ax_op op, const ax_attr *attr, uint32_t n_in)
{
    const ax_op_info *info = ax_op_get(op);
    if (!info->params)
        return info->map_in;
    const uint32_t first = 1 + info->params(attr);
    return 1u | (((1u << n_in) - 1) & ~((1u << first) - 1));
}

const char *ax_shape_text(ax_shape s, char buf[static 48])
{
    snprintf(buf, 48, "%dx%dx%dx%d", s.n, s.h, s.w, s.c);
    return buf;
}

ax_code ax_op_reject(ax_err *err, const char *op, const char *what, ax_shape got)
{
    char text[48];
    return ax_fail(err, AX_EINVAL, "%s: %s, got %s", op, what, ax_shape_text(got, text));
}
