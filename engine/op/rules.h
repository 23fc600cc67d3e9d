/* The rows of the operation table, one per family file. */
#ifndef AX_OP_RULES_H
#define AX_OP_RULES_H

#include "engine/base/unused.h"
#include "engine/op/op.h"

extern const ax_op_info ax_op_zero, ax_op_conv2d, ax_op_bnorm, ax_op_relu, ax_op_add, ax_op_resize, ax_op_gpool,
    ax_op_concat, ax_op_ce, ax_op_depth_loss, ax_op_mse, ax_op_wmse, ax_op_wsum, ax_op_argmax, ax_op_maxpool, ax_op_mix,
    ax_op_fused, ax_op_cast, ax_op_chain;

/* Head of a function for ax_op_info.infer. */
#define AX_INFER(name)                                                                                                 \
    static ax_code name(const ax_attr *attr AX_UNUSED, const ax_type *in AX_UNUSED, size_t n_in AX_UNUSED,             \
                        ax_type *out, ax_err *err AX_UNUSED)

/* "16x64x64x48" into buf of at least 48 bytes; returns buf. */
const char *ax_shape_text(ax_shape s, char buf[static 48]);
/* AX_EINVAL "OP: WHAT, got SHAPE". */
ax_code ax_op_reject(ax_err *err, const char *op, const char *what, ax_shape got);

#endif
