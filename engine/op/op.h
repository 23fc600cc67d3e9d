/* The primitive operations of the graph: one row each, and what they mean.

   Feature maps are NHWC float32, or bfloat16 where a plan keeps them so (engine/graph/narrow.h). A vector is {1,1,1,C},
   a scalar {1,1,1,1}. A convolution's weight has the shape {O, kh, kw, I/groups} and is in memory as OIHW, as PyTorch
   and the files have it. Labels are uint8 class ids, AX_IGNORE where there is none.

   Every forward kernel overwrites its outputs; every backward kernel overwrites the gradients asked for. Where a
   value is read twice the graph inserts an ADD. */
#ifndef AX_OP_OP_H
#define AX_OP_OP_H

#include "engine/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    AX_IGNORE = 255,
    AX_MAX_IN = 21,
    AX_MAX_OUT = 3,
    AX_MAX_ADD = 8,
    AX_MAX_TERMS = 9,    /* of a WSUM */
    AX_MAX_SUMMANDS = 2, /* of a FUSED */
    AX_MAX_LINKS = 3     /* of a CHAIN */
};

typedef enum ax_dtype { AX_F32, AX_U8, AX_BF16 } ax_dtype;
typedef enum ax_memory_format { AX_NHWC, AX_OIHW } ax_memory_format;
typedef enum ax_depth_loss { AX_BERHU, AX_BERHU_LINEAGE, AX_SILOG } ax_depth_loss;
typedef enum ax_act { AX_ACT_NONE, AX_ACT_RELU, AX_ACT_RELU6 } ax_act;

typedef struct ax_shape {
    int32_t n, h, w, c;
} ax_shape;

/* id, text, least inputs, most inputs, outputs
   ZERO      () -> zeros of attr.shape
   CONV2D    (x, weight[, bias]) -> y; attr.conv; square kernel, stride, padding, dilation; groups is 1 or C
             (depthwise: weight {C,k,k,1})
   BNORM     (x, gamma, beta, running_mean, running_var) -> y, mean, invstd; attr.norm; y = act(gamma * xhat + beta).
             train: xhat from the batch's biased variance; the running statistics are updated in place,
             running += momentum * (batch - running), with the unbiased variance (n/(n-1)); mean and invstd {1,1,1,C}
             are saved for backward. Not train: xhat from the running statistics (mean, invstd still written), which
             backward takes as constants.
   RELU      (x) -> y; attr.act (RELU or RELU6)
   ADD       (a, b[, c ...]) -> ((a + b) + c) ...: the same bits as that many ADDs of two
   RESIZE    (x) -> y; bilinear, half-pixel centres, edges clamped (PyTorch align_corners=False) to attr.size;
             from 1x1 it is a broadcast
   GPOOL     (x) -> {n,1,1,c}, the mean over h and w
   MAXPOOL   (x) -> y, U8 place; attr.conv (kernel, stride, pad, dilation 1): the maximum of a window, in which padding
             never wins; place: its index in the window in row order, the first of equals. Only backward needs it
   FUSED     (x, weight[, bias][, gamma, beta, running_mean, running_var][, a[, b]]) -> y; attr.fused; a CONV2D, a
             BNORM in inference mode, an activation and sums in one: y = after(act(norm(conv2d(x))) + a + b). Its
             parameters must not change once it has run: a kernel may read them only then. Inference only: made by the
             pass in engine/graph/fuse.h, and without a gradient
   CHAIN     (x, then for each link the inputs of a FUSED besides x) -> y; attr.chain: FUSED after FUSED, where no other
             node reads the values between. Only the last may have sums; parameters and gradient as for FUSED
   MIX       (x, y, a, b) -> a * x + b * y; a and b {1,1,1,C} hold a factor per channel
   CONCAT    (a[, b[, c[, d]]]) -> concatenated along the channels
   CE        (logits, labels U8 {n,h,w,1}[, weight {1,1,1,c}]) -> loss scalar, unit gradient of the logits' shape.
             Mean over the pixels that are not AX_IGNORE of -log softmax; without such pixels loss and gradient are 0.
             With weights (not negative) a pixel counts by its label's weight, in the sum and in the divisor.
             The unit gradient is d loss / d logits, so that backward only scales.
   DEPTH_LOSS (p, truth), both {n,h,w,1}, metres -> loss scalar, unit gradient of p's shape, as CE; attr.depth: kind
             and, for SILOG, `least`. e = p - t, n valid pixels of the whole batch, N all pixels; without a valid
             pixel both are 0.
             BERHU: valid is t > 0; c = 0.2 max|e|, a constant for the gradient; mean over n of |e| where |e| <= c,
             else (e^2 + c^2) / (2c); c = 0: 0 (Laina et al., 3DV 2016).
             BERHU_LINEAGE: as DenseTorch computes it: p through a ReLU; valid is t != 0; mean over N; the gradient
             goes through c, too, to the pixel with the largest |e|, shared among equals. c = 0: 0 (there: NaN).
             SILOG: valid is t > least; d = ln max(p, 1e-3) - ln t; 10 sqrt(v), v = mean d^2 - 0.85 (mean d)^2; no
             gradient where p <= 1e-3; v <= 0: 0 (Lee et al., "From Big to Small", 2019).
   MSE       (a, b) -> loss scalar: mean over all elements of (a - b)^2; gradient for a only
   WMSE      (a, b, weight {n,1,1,c}) -> loss scalar: half the mean over all elements of (weight * (a - b))^2, each
             image and channel with its own weight; gradient for a only
   WSUM      (s0, ...) -> scalar: sum of attr.weight[i] * s[i], all scalars
   CAST      (x) -> x as attr.dtype: float32 to bfloat16, to the nearest and ties to even, or back; no gradient: only
             plans contain it
   ARGMAX    (logits) -> U8 {n, size.h, size.w, 1}: the class with the largest logit after a bilinear resize to
             attr.size; the lowest id wins a tie; no gradient */
#define AX_OP_LIST(X)                                                                                                  \
    X(ZERO, "zero", 0, 0, 1)                                                                                           \
    X(CONV2D, "conv2d", 2, 3, 1)                                                                                       \
    X(BNORM, "batchnorm", 5, 5, 3)                                                                                     \
    X(RELU, "relu", 1, 1, 1)                                                                                           \
    X(ADD, "add", 2, 8, 1)                                                                                             \
    X(RESIZE, "resize", 1, 1, 1)                                                                                       \
    X(GPOOL, "gpool", 1, 1, 1)                                                                                         \
    X(CONCAT, "concat", 1, 4, 1)                                                                                       \
    X(CE, "ce", 2, 3, 2)                                                                                               \
    X(DEPTH_LOSS, "depth_loss", 2, 2, 2)                                                                               \
    X(MSE, "mse", 2, 2, 1)                                                                                             \
    X(WMSE, "wmse", 3, 3, 1)                                                                                           \
    X(WSUM, "wsum", 1, 5, 1)                                                                                           \
    X(ARGMAX, "argmax", 1, 1, 1)                                                                                       \
    X(MAXPOOL, "maxpool", 1, 1, 2)                                                                                     \
    X(MIX, "mix", 4, 4, 1)                                                                                             \
    X(FUSED, "fused", 2, 9, 1)                                                                                         \
    X(CAST, "cast", 1, 1, 1)                                                                                           \
    X(CHAIN, "chain", 3, 21, 1)

#define AX_OP_ENUM(id, text, lo, hi, outs) AX_OP_##id,
typedef enum ax_op { AX_OP_LIST(AX_OP_ENUM) AX_OP_COUNT } ax_op;

typedef struct ax_fused_attr {
    uint8_t kernel, stride, pad, dilation; /* up to groups as conv */
    uint32_t groups;
    uint8_t act, after; /* ax_act, before and after the sum */
    bool bias, norm;    /* whether there are such inputs */
    float eps;          /* of the norm */
} ax_fused_attr;

typedef union ax_attr {
    struct {
        uint8_t kernel, stride, pad, dilation;
        uint32_t groups;
    } conv;
    ax_fused_attr fused;
    struct {
        ax_fused_attr link[AX_MAX_LINKS];
        uint8_t links;
    } chain;
    struct {
        float eps, momentum;
        uint8_t act; /* ax_act */
        bool train;
    } norm;
    uint8_t act;
    uint8_t dtype; /* ax_dtype */
    struct {
        int32_t h, w;
    } size;
    ax_shape shape;
    struct {
        uint8_t kind; /* ax_depth_loss */
        float least;
    } depth;
    float weight[AX_MAX_TERMS];
} ax_attr;
/* SILOG raises predictions to at least this, since ln is unbounded at 0. */
#define AX_SILOG_FLOOR 1e-3f

/* Type of a value, without its memory. */
typedef struct ax_type {
    ax_shape shape;
    uint8_t dtype, layout;
} ax_type;

/* Properties of an operation that the graph needs; no arithmetic. */
typedef struct ax_op_info {
    const char *text;
    uint8_t min_in, max_in, n_out;
    /* Shapes and types of the outputs, from those of the inputs; AX_EINVAL with the shapes in the message. */
    ax_code (*infer)(const ax_attr *attr, const ax_type *in, size_t n_in, ax_type *out, ax_err *err);
    /* Values that the backward kernel reads; the memory of others is released early. Bit i = input i, output i. */
    uint8_t backward_reads_in, backward_reads_out;
    /* Inputs that have a gradient at all. */
    uint8_t differentiable;
    /* Inputs whose memory output 0 may take over, when no node reads them later. Bit i = input i. */
    uint8_t inplace;
    /* In backward: the gradient of input 0 may take over the memory of the gradient of output 0, or (bit 1) that of the
       saved output 1. */
    uint8_t backward_inplace;
    /* Inputs and outputs that are feature maps, which share one type within a node: bit i = input i, output i. */
    uint8_t map_in, map_out;
    /* Number of parameters behind input 0, with further maps behind them; NULL: the inputs are as map_in says. */
    uint32_t (*params)(const ax_attr *attr);
    /* Multiply-adds of one forward call (only convolutions count, as in the literature); NULL = none. */
    uint64_t (*macs)(const ax_attr *attr, const ax_type *in, size_t n_in);
} ax_op_info;

const ax_op_info *ax_op_get(ax_op op);
/* The inputs that are feature maps: bit i = input i. */
uint32_t ax_op_maps_in(ax_op op, const ax_attr *attr, uint32_t n_in);

static inline size_t ax_shape_count(ax_shape s)
{
    return (size_t)s.n * (size_t)s.h * (size_t)s.w * (size_t)s.c;
}
static inline bool ax_shape_equal(ax_shape a, ax_shape b)
{
    return a.n == b.n && a.h == b.h && a.w == b.w && a.c == b.c;
}
static inline size_t ax_type_bytes(ax_type t)
{
    return ax_shape_count(t.shape) * (t.dtype == AX_U8 ? 1 : t.dtype == AX_BF16 ? 2 : 4);
}
/* Output extent of a convolution along one axis. */
static inline int32_t ax_conv_extent(int32_t in, const ax_attr *a)
{
    return (in + 2 * a->conv.pad - a->conv.dilation * (a->conv.kernel - 1) - 1) / a->conv.stride + 1;
}

#endif
