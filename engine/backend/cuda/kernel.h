/* The kernels of the CUDA backend: their argument structs, shared by the C code that launches them and the CUDA code
   that reads them. A launch executes one call, or several independent calls, each with its own range of blocks; blocks
   are one-dimensional. "Grid" below means a call's grid. All pointers are device memory. The structs have no padding
   (single numbers are 64 bits wide), so that every byte sent to the device is initialised. */
#ifndef AX_BACKEND_CUDA_KERNEL_H
#define AX_BACKEND_CUDA_KERNEL_H

#include "engine/op/judging.h"
#include "engine/op/update.h"

#include <stddef.h>
#include <stdint.h>

enum {
    AX_CUDA_THREADS = 256,      /* most threads per block */
    AX_CUDA_PARTS = 512,        /* most parts of a sum */
    AX_CUDA_SHARES = 32,        /* shares of an image whose depths are judged */
    AX_CUDA_GATHERED = 12,      /* most parts of a gathered batch */
    AX_CUDA_RANKS = 32,         /* most devices in one training */
    AX_CUDA_COUNTERS = 1 << 17, /* most counters of finished blocks */
    AX_CUDA_GROUP = 12,         /* most calls of most kernels per launch */
    AX_CUDA_SUMMANDS = 8,       /* most maps added at once */
    AX_CUDA_WEIGHTS = 192,      /* most weights reordered at once */
    AX_CUDA_ROW_PIXELS = 4      /* adjacent outputs per thread in a depthwise convolution */
};

/* name, whether it uses barriers, most calls per launch. Each has ax_k_NAME_args, and ax_k_NAME_launch, the kernel's
   parameter. Kernels of maps, marked by M, exist twice: for floats, and as NAME_bf16, next in the enumeration, for
   bfloat16. */
#define AX_CUDA_MAP_KERNEL_LIST(M, X)                                                                                  \
    M(X, relu, 0, AX_CUDA_GROUP)                                                                                       \
    M(X, relu_backward, 0, AX_CUDA_GROUP)                                                                              \
    M(X, add, 0, AX_CUDA_GROUP)                                                                                        \
    M(X, mix, 0, AX_CUDA_GROUP)                                                                                        \
    M(X, channels, 0, AX_CUDA_GROUP)                                                                                   \
    M(X, bias, 0, AX_CUDA_GROUP)                                                                                       \
    M(X, broadcast, 0, AX_CUDA_GROUP)                                                                                  \
    M(X, dw_forward, 0, AX_CUDA_GROUP)                                                                                 \
    M(X, dw_backward_data, 0, AX_CUDA_GROUP)                                                                           \
    M(X, dw_backward_weights, 1, AX_CUDA_GROUP)                                                                        \
    M(X, dense_forward, 0, AX_CUDA_GROUP)                                                                              \
    M(X, dense_backward_data, 0, AX_CUDA_GROUP)                                                                        \
    M(X, dense_backward_weights, 0, AX_CUDA_GROUP)                                                                     \
    M(X, column_sums, 1, AX_CUDA_GROUP)                                                                                \
    M(X, mix_backward, 1, AX_CUDA_GROUP)                                                                               \
    M(X, bn_sums, 1, AX_CUDA_GROUP)                                                                                    \
    M(X, bn_apply, 0, AX_CUDA_GROUP)                                                                                   \
    M(X, bn_backward_sums, 1, AX_CUDA_GROUP)                                                                           \
    M(X, bn_backward_apply, 0, AX_CUDA_GROUP)                                                                          \
    M(X, resize, 0, AX_CUDA_GROUP)                                                                                     \
    M(X, resize_backward_rows, 0, AX_CUDA_GROUP)                                                                       \
    M(X, resize_backward, 0, AX_CUDA_GROUP)                                                                            \
    M(X, maxpool, 0, AX_CUDA_GROUP)                                                                                    \
    M(X, maxpool_backward, 0, AX_CUDA_GROUP)
#define AX_CUDA_TWICE(X, name, sync, most) X(name, sync, most) X(name##_bf16, sync, most)
#define AX_CUDA_KERNEL_LIST(X)                                                                                         \
    AX_CUDA_MAP_KERNEL_LIST(AX_CUDA_TWICE, X)                                                                          \
    X(narrow, 0, AX_CUDA_GROUP)                                                                                        \
    X(widen, 0, AX_CUDA_GROUP)                                                                                         \
    X(scale, 0, AX_CUDA_GROUP)                                                                                         \
    X(difference, 0, AX_CUDA_GROUP)                                                                                    \
    X(wsum, 0, AX_CUDA_GROUP)                                                                                          \
    X(wsum_backward, 0, AX_CUDA_GROUP)                                                                                 \
    X(permute, 0, AX_CUDA_WEIGHTS)                                                                                     \
    X(permute_bf16, 0, AX_CUDA_WEIGHTS)                                                                                \
    X(permute_from_bf16, 0, AX_CUDA_WEIGHTS)                                                                           \
    X(sum_parts, 0, AX_CUDA_WEIGHTS)                                                                                   \
    X(bn_final, 0, AX_CUDA_GROUP)                                                                                      \
    X(argmax, 0, AX_CUDA_GROUP)                                                                                        \
    X(ce_count, 1, AX_CUDA_GROUP)                                                                                      \
    X(ce, 1, AX_CUDA_GROUP)                                                                                            \
    X(depth_scan, 1, AX_CUDA_GROUP)                                                                                    \
    X(depth_loss, 1, AX_CUDA_GROUP)                                                                                    \
    X(depth_final, 1, AX_CUDA_GROUP)                                                                                   \
    X(depth_share, 1, AX_CUDA_GROUP)                                                                                   \
    X(squares, 1, AX_CUDA_GROUP)                                                                                       \
    X(weighted_squares, 1, AX_CUDA_GROUP)                                                                              \
    X(weighted_difference, 0, AX_CUDA_GROUP)                                                                           \
    X(depth_sums, 1, 1)                                                                                                \
    X(add_view, 0, 1)                                                                                                  \
    X(confusion, 1, 1)                                                                                                 \
    X(peaks, 1, 1)                                                                                                     \
    X(clip, 0, 1)                                                                                                      \
    X(adam, 0, 1)                                                                                                      \
    X(sgd, 0, 1)                                                                                                       \
    X(polyak, 0, 1)                                                                                                    \
    X(gather, 0, 1)                                                                                                    \
    X(log, 0, 1)                                                                                                       \
    X(weighted_sum, 0, 1)

#define AX_CUDA_KERNEL_ENUM(name, sync, most) AX_K_##name,
typedef enum ax_cuda_kernel { AX_CUDA_KERNEL_LIST(AX_CUDA_KERNEL_ENUM) AX_CUDA_KERNELS } ax_cuda_kernel;

/* `void` below means elements of maps: floats, or bfloat16 in the bfloat16 kernels. */

/* ---- elementwise; n elements ---- */
typedef struct ax_k_cast_args { /* converts between floats and bfloat16, to nearest, ties to even */
    const void *x;
    void *y;
    size_t n;
} ax_k_cast_args;
typedef ax_k_cast_args ax_k_narrow_args, ax_k_widen_args;
typedef struct ax_k_relu_args {
    const void *x;
    void *y;
    size_t n;
    int64_t act; /* ax_act */
} ax_k_relu_args;
typedef struct ax_k_relu_backward_args {
    const void *dy, *value; /* value: input or output of the activation, either gives the mask */
    void *dx;
    size_t n;
    int64_t act;
} ax_k_relu_backward_args;
typedef struct ax_k_add_args { /* in order: ((in[0] + in[1]) + in[2]) ... */
    const void *in[AX_CUDA_SUMMANDS];
    void *y;
    size_t n;
    int64_t summands;
} ax_k_add_args;
typedef struct ax_k_scale_args { /* y = x * *factor */
    const float *x, *factor;
    float *y;
    size_t n;
} ax_k_scale_args;
typedef struct ax_k_difference_args { /* y = scale * *factor * (a - b) */
    const float *a, *b, *factor;
    float *y;
    size_t n;
    double scale;
} ax_k_difference_args;
typedef struct ax_k_mix_args { /* factors are per channel */
    const void *x, *other;
    const float *factor, *other_factor;
    void *y;
    size_t n;
    int64_t c;
} ax_k_mix_args;
typedef struct ax_k_wsum_args {
    const float *in[5];
    float *y;
    float weight[5];
    int n;
} ax_k_wsum_args;
typedef struct ax_k_wsum_backward_args {
    const float *dy;
    float *out[5]; /* NULL: not wanted */
    float weight[5];
    int n;
} ax_k_wsum_backward_args;
/* Copies between a map of wide_c channels and up to four maps that hold adjacent parts of them. */
typedef struct ax_k_channels_args {
    void *wide, *part[4]; /* part NULL: not wanted */
    size_t pixels;
    int wide_c, c[4], n;
    int64_t join; /* nonzero: parts to wide */
} ax_k_channels_args;
typedef struct ax_k_bias_args { /* y += bias of the channel */
    void *y;
    const float *bias;
    size_t n;
    int64_t c;
} ax_k_bias_args;
typedef struct ax_k_broadcast_args { /* y {images, pixels, c} = scale * x {images, c} */
    const void *x;
    void *y;
    size_t pixels, n; /* pixels: per image; n: elements of y */
    float scale;
    int c;
} ax_k_broadcast_args;

/* ---- weights: out {d0,d1,d2} is contiguous, in has these strides ---- */
typedef struct ax_k_permute_args {
    const void *in; /* floats; permute_from_bf16: not */
    void *out;      /* floats; permute_bf16: not */
    size_t n, s0, s1, s2;
    uint32_t d1, d2;
} ax_k_permute_args;
typedef ax_k_permute_args ax_k_permute_bf16_args, ax_k_permute_from_bf16_args;
/* out = the sum over parts of in, part p at in + p * part; in double, in order. */
typedef struct ax_k_sum_parts_args {
    const float *in;
    float *out;
    size_t n, s0, s1, s2, part, parts;
    uint32_t d1, d2;
} ax_k_sum_parts_args;

/* ---- convolution ---- */
typedef struct ax_k_conv {
    int n, h, w, ci, oh, ow, co, kernel, stride, pad, dilation, groups;
} ax_k_conv;
/* Depthwise: w {k,k,C}. Grid: x = rows of the result, y = parts of a row. */
typedef struct ax_k_dw_forward_args {
    const void *x;
    const float *w, *bias; /* bias may be NULL */
    void *y;
    ax_k_conv g;
} ax_k_dw_forward_args;
typedef struct ax_k_dw_backward_data_args {
    const void *dy;
    const float *w;
    void *dx;
    ax_k_conv g;
} ax_k_dw_backward_data_args;
/* part {gridDim.x, k*k, C}: block x sums `rows` output rows, block y a group of `lanes` channels; block z: 0 for
   kernels 3 and 5 (all taps), else the tap. */
typedef struct ax_k_dw_backward_weights_args {
    const void *x, *dy;
    float *part;
    ax_k_conv g;
    int rows, lanes;
} ax_k_dw_backward_weights_args;
/* Dense, where cuDNN has no reproducible algorithm. w {k,k,ci,co}; for the input's gradient {k,k,co,ci}. */
typedef struct ax_k_dense_forward_args {
    const void *x;
    const float *w, *bias;
    void *y;
    ax_k_conv g;
} ax_k_dense_forward_args;
typedef struct ax_k_dense_backward_data_args {
    const void *dy;
    const float *w;
    void *dx;
    ax_k_conv g;
} ax_k_dense_backward_data_args;
/* part {gridDim.y, k*k, ci, co}: block y sums `rows` output rows. */
typedef struct ax_k_dense_backward_weights_args {
    const void *x, *dy;
    float *part;
    ax_k_conv g;
    int64_t rows;
} ax_k_dense_backward_weights_args;

/* ---- sums over pixels: blocks x = parts of `each` pixels, y = groups of `lanes` channels, z = images ---- */
typedef struct ax_k_column_sums_args {
    const void *x;  /* {images, pixels, c} */
    double *part;   /* {images, parts, c} */
    void *out;      /* {images, c} = scale * sum */
    unsigned *turn; /* {images, gridDim.y}, zero before and after: the last block adds the parts */
    size_t pixels, each;
    double scale;
    int c, lanes;
    int64_t is_map; /* out is a map; else floats */
} ax_k_column_sums_args;
/* part {parts, 2, c}: sums of dy * x and dy * other. Gradients may be NULL: not wanted. */
typedef struct ax_k_mix_backward_args {
    const void *dy, *x, *other;
    const float *factor, *other_factor;
    void *dx, *dother;
    float *dfactor, *dother_factor;
    double *part;
    unsigned *turn; /* {gridDim.y}, zero before and after */
    size_t pixels, each;
    int c, lanes;
} ax_k_mix_backward_args;
/* One thread per channel, or done by the last block of the sums. a, b, centre: y = act(a * (x - centre) + b). */
typedef struct ax_k_bn_final_args {
    const double *part; /* NULL: evaluation with the running statistics */
    const float *gamma, *beta;
    float *running_mean, *running_var, *mean, *invstd, *a, *b, *centre; /* mean, invstd may be NULL */
    double pixels, eps, momentum;
    int parts, c;
} ax_k_bn_final_args;
typedef struct ax_k_bn_sums_args { /* part {parts, 2, c}: sums of x - x[0] and of its square */
    const void *x;
    double *part;
    unsigned *turn; /* {gridDim.y}, zero before and after */
    size_t pixels, each;
    int c, lanes;
    ax_k_bn_final_args final;
} ax_k_bn_sums_args;
typedef struct ax_k_bn_apply_args {
    const void *x;
    const float *mean, *a, *b;
    void *y;
    size_t n;
    int c, act;
} ax_k_bn_apply_args;
typedef struct ax_k_bn_backward_final_args { /* dx = a * g + k1 * (x - mean) + k0, act passes by
                                                a * (x - mean) + b */
    const double *part;
    const float *gamma, *beta, *mean, *invstd;
    float *dgamma, *dbeta, *a, *b, *k1, *k0; /* dgamma, dbeta may be NULL */
    double pixels;
    int parts, c;
    int64_t train;
} ax_k_bn_backward_final_args;
typedef struct ax_k_bn_backward_sums_args { /* part {parts, 2, c}: sums of g and g * (x - mean), g = dy where act passes
                                             */
    const void *dy, *x;
    const float *gamma, *beta, *mean, *invstd;
    double *part;
    unsigned *turn; /* {gridDim.y}, zero before and after */
    size_t pixels, each;
    int c, lanes;
    int64_t act;
    ax_k_bn_backward_final_args final;
} ax_k_bn_backward_sums_args;
typedef struct ax_k_bn_backward_apply_args {
    const void *dy, *x;
    const float *mean, *a, *b, *k1, *k0;
    void *dx;
    size_t n;
    int c, act;
} ax_k_bn_backward_apply_args;

/* ---- maximum pooling, one thread per element of the result ---- */
typedef struct ax_k_pool {
    int n, h, w, c, oh, ow, kernel, stride, pad, unused;
} ax_k_pool;
typedef struct ax_k_maxpool_args {
    const void *x;
    void *y;
    uint8_t *place; /* either may be NULL */
    ax_k_pool g;
} ax_k_maxpool_args;
typedef struct ax_k_maxpool_backward_args {
    const void *dy;
    const uint8_t *place;
    void *dx;
    ax_k_pool g;
} ax_k_maxpool_backward_args;

/* ---- resize, bilinear with half-pixel centres. Grid: x = rows of the result, y = parts of a row ---- */
typedef struct ax_k_resize_args {
    const void *x;
    void *y;
    int ih, iw, oh, ow;
    int64_t c;
} ax_k_resize_args;
/* The gradient in two passes, along the columns into part {n, oh, iw, c}, then along the rows. */
typedef struct ax_k_resize_backward_rows_args {
    const void *dy;
    float *part;
    int iw, ow;
    int64_t c;
} ax_k_resize_backward_rows_args;
typedef struct ax_k_resize_backward_args {
    const float *part;
    void *dx;
    int ih, iw, oh, unused;
    int64_t c;
} ax_k_resize_backward_args;
typedef struct ax_k_argmax_args {
    const float *x;
    uint8_t *y;
    int ih, iw, oh, ow;
    int64_t c;
} ax_k_argmax_args;

/* ---- losses ---- */
/* What the last block computes from the partial sums: scale times the total, divided by the sum of count or all,
   whichever isn't NULL (0/0 = 0). */
typedef struct ax_k_scalar {
    unsigned *turn;   /* 0 before and after: counter of finished blocks */
    float *out;       /* or */
    double *out_wide; /* this; both NULL: not wanted */
    double scale;
} ax_k_scalar;
typedef struct ax_k_ce_count_args { /* count {gridDim.x}: labels below c; with weight {c}: all {gridDim.x}, their sums
                                     */
    const uint8_t *labels;
    const float *weight; /* may be NULL */
    uint32_t *count;
    double *all;
    size_t pixels;
    int64_t c;
} ax_k_ce_count_args;
typedef struct ax_k_ce_args { /* part {gridDim.x}: sums of -log softmax; a thread per pixel */
    const float *logits;
    const uint8_t *labels;
    const float *weight; /* may be NULL; else `all` is read instead of `count` */
    const uint32_t *count;
    const double *all;
    float *grad; /* may be NULL */
    double *part;
    size_t pixels;
    int c, counts;
    ax_k_scalar loss;
} ax_k_ce_args;
/* The depth losses of operation DEPTH_LOSS. kind: ax_depth_loss. scan {scans, 4}: over valid pixels, their number, the
   sums of d and d^2 (SILOG), and the largest |e| (other kinds). */
typedef struct ax_k_depth_scan_args {
    const float *p, *truth;
    double *scan;
    size_t pixels;
    int kind;
    float least;
} ax_k_depth_scan_args;
/* One thread per pixel. part {gridDim.x, 3}: sums of the losses, of (1 - e^2/c^2)/2 above c, and number of pixels with
   the largest |e|; unused by SILOG. */
typedef struct ax_k_depth_loss_args {
    const float *p, *truth;
    const double *scan;
    float *grad; /* may be NULL */
    double *part;
    size_t pixels, scans;
    int kind;
    float least;
} ax_k_depth_loss_args;
typedef struct ax_k_depth_final_args { /* one block */
    const double *scan, *part;
    float *out;   /* may be NULL */
    float *share; /* additional gradient of each pixel with the largest |e| (BERHU_LINEAGE) */
    size_t pixels, scans, parts;
    int64_t kind;
} ax_k_depth_final_args;
typedef struct ax_k_depth_share_args { /* adds share to grad there */
    const float *p, *truth, *share;
    const double *scan;
    float *grad;
    size_t pixels, scans;
} ax_k_depth_share_args;
typedef struct ax_k_squares_args { /* part {gridDim.x}: sums of (a - b)^2, b NULL = 0 */
    const float *a, *b;
    double *part;
    size_t n;
    ax_k_scalar sum;
} ax_k_squares_args;
/* Element i belongs to image i / image and channel i % c: weight {images, c}. */
typedef struct ax_k_weighted_squares_args { /* part {gridDim.x}: sums of (weight * (a - b))^2 */
    const float *a, *b, *weight;
    double *part;
    size_t n, image, c;
    ax_k_scalar sum;
} ax_k_weighted_squares_args;
typedef struct ax_k_weighted_difference_args { /* y = scale * *factor * weight^2 * (a - b) */
    const float *a, *b, *weight, *factor;
    float *y;
    size_t n, image, c;
    double scale;
} ax_k_weighted_difference_args;
/* ---- judging; see ax_backend.confusion ---- */
typedef struct ax_k_confusion_args {
    const uint8_t *truth, *predicted;
    uint64_t *count;
    size_t n;
    int64_t classes;
} ax_k_confusion_args;

/* Grid: x = shares of an image's pixels, y = images. part {images, shares, AX_DEPTH_SUMS} */
typedef struct ax_k_depth_sums_args {
    ax_depth_judging j;
    double *part;
    unsigned *turn; /* {images}, zero before and after: the last block adds the parts */
} ax_k_depth_sums_args;

typedef ax_peak_search ax_k_peaks_args; /* grid: x = maps of an image, y = images */

typedef ax_view_share ax_k_add_view_args;

/* ---- updates; see ax_update ---- */
typedef struct ax_k_clip_args { /* see ax_update_clip; one thread */
    const double *sums;
    ax_update_now *now;
    size_t n;
    double most;
} ax_k_clip_args;
typedef struct ax_k_adam_args {
    float *value, *m, *v;
    const float *grad;
    size_t n;
    const ax_update_now *now;
    float weight_decay, beta1, beta2, eps;
} ax_k_adam_args;
typedef struct ax_k_sgd_args {
    float *value, *m;
    const float *grad;
    size_t n;
    const ax_update_now *now;
    float weight_decay, momentum;
} ax_k_sgd_args;
typedef struct ax_k_polyak_args {
    float *average;
    const float *value, *decay;
    size_t n;
} ax_k_polyak_args;
/* sum = weight[0] * sum + weight[1] * the first of the others + ...; each has n floats, the others are contiguous */
typedef struct ax_k_weighted_sum_args {
    float *sum;
    const float *other;
    size_t n;
    int64_t ranks; /* including the first */
    float weight[AX_CUDA_RANKS];
} ax_k_weighted_sum_args;

/* See ax_gather. Grid: x = shares of a part, y = places, z = parts */
typedef struct ax_k_gather_args {
    const uint32_t *index;
    const char *from[AX_CUDA_GATHERED];
    char *to[AX_CUDA_GATHERED];
    size_t bytes[AX_CUDA_GATHERED];
} ax_k_gather_args;
typedef struct ax_k_log_args { /* see ax_backend.log; one thread */
    const float *loss;
    const ax_update_now *first, *second;
    double *log;
} ax_k_log_args;

/* ---- launches ---- */

#define AX_CUDA_SAME_ARGS(X, name, sync, most) typedef ax_k_##name##_args ax_k_##name##_bf16_args;
AX_CUDA_MAP_KERNEL_LIST(AX_CUDA_SAME_ARGS, )

/* The blocks of a call: columns * rows * further dimensions, from `first` on. */
typedef struct ax_k_share {
    uint32_t first, threads; /* threads per block: the launch's or, in kernels without barriers, fewer */
    uint64_t columns, rows;
} ax_k_share;
#define AX_CUDA_LAUNCH_STRUCT(name, sync, most)                                                                        \
    typedef struct ax_k_##name##_launch {                                                                              \
        uint64_t n; /* calls */                                                                                        \
        ax_k_share share[most];                                                                                        \
        ax_k_##name##_args call[most];                                                                                 \
    } ax_k_##name##_launch;
AX_CUDA_KERNEL_LIST(AX_CUDA_LAUNCH_STRUCT)
/* A kernel's parameter of this type; on the host a reference, to avoid a copy per thread. */
#ifdef __CUDACC__
#define AX_CUDA_BY_VALUE(type) const __grid_constant__ type
#else
#define AX_CUDA_BY_VALUE(type) const type &
#endif

#ifdef __cplusplus
extern "C" {
#endif
/* Address of a kernel's host stub, for cudaLaunchKernel. */
const void *ax_cuda_kernel_address(ax_cuda_kernel k);
#ifdef __cplusplus
}
#endif

#endif
