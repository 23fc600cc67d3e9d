/* The inner loops of the CPU backend. Every file in isa/ is compiled once per instruction set; each set gives a table
   of these functions, and the device uses the best set of the processor. Those that read or write feature maps are
   compiled once more, for maps in bfloat16. They start no threads: the caller splits the work. */
#ifndef AX_BACKEND_CPU_KERNELS_H
#define AX_BACKEND_CPU_KERNELS_H

#include "engine/backend/cpu/map.h"
#include "engine/op/backend.h"

#include <stddef.h>

/* One image of a depthwise convolution. */
typedef struct ax_dw {
    int32_t h, w, c, oh, ow, kernel, stride, pad, dilation;
    int32_t ring; /* forward: only this many input rows are stored, row r at r % ring; 0: all */
    int32_t from; /* forward: y begins with this row */
} ax_dw;

/* One image of a dense convolution. */
typedef struct ax_conv_shape {
    int32_t h, w, ci, oh, ow, co, kernel, stride, pad, dilation;
} ax_conv_shape;

enum { AX_DW_KERNEL = 5 };    /* largest depthwise kernel with its own vector code */
enum { AX_DIRECT_TAPS = 25 }; /* most taps of direct convolution */
enum {
    AX_PEAK_VECTORS = 12,       /* sums that fma_peak keeps in registers: more than latency times units */
    AX_MATMUL_ROWS = 6,         /* rows in registers: buffers hold a multiple of it */
    AX_WINOGRAD_CHANNELS = 4096 /* most channels */
};
/* Points of the transforms for tiles of 4 outputs, besides 0 and infinity: +-A, +-B. */
#define AX_WINOGRAD_A 1.0f
#define AX_WINOGRAD_B 2.0f

/* Columns in the next block of a matrix product's right side, when `left` columns remain (whole vectors, or one and a
   half at the end): two vectors, or three of an odd number where registers suffice. */
static inline int32_t ax_matmul_block(int32_t lanes, int32_t left)
{
    bool three = lanes == 16 && left >= 3 * lanes && left % (2 * lanes) == lanes;
    return three ? 3 * lanes : left < 2 * lanes ? left : 2 * lanes;
}

/* Interpolation along one axis: output o is (1 - frac) * in[lo] + frac * in[hi]. The transposed form lists for input i
   the outputs first[i] .. first[i + 1] (exclusive) with weights weight[at[i] + (o - first)]. */
typedef struct ax_resize_axis {
    int32_t in, out;
    int32_t *lo, *hi;
    float *frac;
    int32_t *begin, *end, *at;
    float *weight;
} ax_resize_axis;

/* Per channel of a batch norm: y = act(a * (x - mean) + b), exact even for a mean far from zero; backward: dx = a * g +
   k1 * (x - mean) + k0, g = masked dy. */
typedef struct ax_bn {
    int32_t c;
    uint8_t act;
    const float *a, *b, *mean, *k1, *k0;
} ax_bn;

/* A rectangle of outputs of a dense convolution that see the same taps, all inside the map. */
typedef struct ax_zone {
    int32_t r0, o0, rows, columns;
    int32_t kh0, kh1, kw0, kw1;
    int32_t from; /* y begins with this row */
} ax_zone;

/* Outputs that direct convolution computes at once, with their sums in registers. */
static inline int ax_direct_pixels(int32_t lanes)
{
    return lanes == 16 ? 8 : 6;
}

/* Output channels in the next block of direct convolution, when `left` remain: up to two vectors, or three where
   registers suffice. */
static inline int32_t ax_direct_block(int32_t lanes, int32_t left)
{
    int32_t vectors = (left + lanes - 1) / lanes;
    return lanes * (lanes == 16 && (vectors == 3 || vectors > 4) ? 3 : vectors < 2 ? 1 : 2);
}

/* Whether weight gradients are summed in vectors of output channels: the input has less than one vector. */
static inline bool ax_direct_narrow(const ax_conv_shape *g)
{
    return g->ci < 4;
}

/* Rows for a matrix product, one per pixel of a grid, with the pixels it sees: pixel (i, j) sees (i * step + down[a], j
 * step + right[b]) of a map {h,w,c}, row by row; zero outside. */
typedef struct ax_patches {
    int32_t h, w, c;
    int32_t columns, step; /* of the grid */
    int32_t n_down, n_right;
    const int32_t *down, *right;
    bool runs;     /* right[b] = right[0] + b: contiguous inside the map */
    size_t length; /* floats per row, zero-padded */
} ax_patches;

/* Operations on a convolution's sums before they are written: y = after(act(sum + bias) + add[0] + add[1]). The maps
   have the output's shape; a kernel's epilogue may be NULL. */
typedef struct ax_epilogue {
    const float *bias; /* NULL: none */
    const ax_map *add[AX_MAX_SUMMANDS];
    uint8_t act, after; /* ax_act */
} ax_epilogue;

/* Destination of the transformed weights for tiles of oy * ox outputs. */
typedef struct ax_winograd_to {
    int oy, ox;
    float *first;
} ax_winograd_to;

/* clang-format off */
/* M: the type of maps; W: of the weights of a product (ax_weight). */
#define AX_CPU_MAP_KERNEL_LIST(X, M, W)                                                                                \
    /* Depthwise: x, y, dx, dy are one image; w is {k,k,C}; output rows r0 .. r1. */                                   \
    X(void, dw_forward, (const ax_dw *g, const M *x, const float *w, const ax_epilogue *e, M *y,                       \
                         int32_t r0, int32_t r1))                                                                      \
    /* Gradient of the input, rows r0 .. r1 of dx; any stride. */                                                      \
    X(void, dw_backward_data, (const ax_dw *g, const M *dy, const float *w, M *dx, int32_t r0, int32_t r1))            \
    /* sum {k,k,C} += the gradient of the weights from output rows r0 .. r1. */                                        \
    X(void, dw_backward_weights, (const ax_dw *g, const M *x, const M *dy, float *sum, int32_t r0, int32_t r1))        \
    /* Dense convolution: outputs p0 .. p1 of a zone, image by image. packed: blocks of ax_direct_block output channels, \
       each {k,k,ci,block}, filled up with zeros, and so is the bias. */                                               \
    X(void, direct_forward, (const ax_conv_shape *g, const ax_zone *z, const M *x, const W *packed,                    \
                             const ax_epilogue *e, M *y, size_t p0, size_t p1))                                        \
    /* Winograd, tiles of oy * ox outputs, each 2 to 4: product p of a tile is at p * stride; channels are filled up  \
       to the lanes with zeros. tap: the pixels of a tile, row by row, oy + 2 by ox + 2 for the input, oy * ox else;    \
       at: where in y they are, below 0 is not wanted. */                                                              \
    X(void, winograd_input, (int oy, int ox, const M *const *tap, int32_t c, float *to, size_t stride))                \
    X(void, winograd_gradient, (int oy, int ox, const M *const *tap, int32_t c, float *to, size_t stride))             \
    X(void, winograd_output, (int oy, int ox, const float *from, size_t stride, const ax_epilogue *e, int32_t c,       \
                              M *y, const ptrdiff_t *at))                                                              \
    /* y {n,co} = x {n,ci} times u, in blocks of ax_matmul_block columns each {ci,block}; n is rounded up to           \
       AX_MATMUL_ROWS, and ci is a multiple of AX_PAIR. What two vectors leave over of co is nothing, one vector, or   \
       one and a half. The first row is that at `at` of the epilogue's maps. */                                        \
    X(void, matmul, (const M *x, const W *u, M *y, int32_t n, int32_t ci, int32_t co, const ax_epilogue *e, size_t at)) \
    /* The same, of floats that no map holds; sums start with the bias (NULL: 0). */                                   \
    X(void, products, (const M *x, const W *u, float *y, int32_t n, int32_t ci, int32_t co, const float *bias))        \
    /* y = the epilogue of px pixels of c sums, the first at `at` of its maps; with floats y may be `from` */          \
    X(void, finish, (const ax_epilogue *e, const float *from, M *y, size_t at, size_t px, int32_t c))                  \
    /* sum {co,ci} += g transposed times x {n,ci}, ci as co above; rows of g are g_stride apart. pairs: scratch for    \
       (n + 1) / 2 * (ci + co) of them, if AX_PAIR is 2 */                                                             \
    X(void, outer_sum, (const M *x, const M *g, float *sum, int32_t n, int32_t ci, int32_t co, int32_t g_stride,       \
                        W *pairs))                                                                                     \
    /* Rows for n pixels of the grid from `first` on, one after the other. */                                          \
    X(void, patches, (const ax_patches *p, const M *x, size_t first, size_t n, M *to))                                 \
    /* Batch norm over px pixels of c channels; sums are added to. */                                                  \
    X(void, bn_stats, (const M *x, const float *shift, size_t px, int32_t c, double *sum, double *square))             \
    X(void, bn_apply, (const ax_bn *bn, const M *x, M *y, size_t px))                                                  \
    X(void, bn_backward_sums, (const ax_bn *bn, const M *dy, const M *x, const M *y, size_t px,                        \
                               double *sum, double *sum_x))                                                            \
    X(void, bn_backward_apply, (const ax_bn *bn, const M *dy, const M *x, const M *y, M *dx, size_t px))               \
    X(void, column_sums, (const M *x, size_t px, int32_t c, double *sum))                                              \
    X(void, column_products, (const M *a, const M *b, size_t px, int32_t c, double *sum))                              \
    /* y = a * x + b * y of px pixels; the factors are the channels'. y = a * x */                                     \
    X(void, mix, (const M *x, const M *y, const float *a, const float *b, M *out, size_t px, int32_t c))               \
    X(void, scale_channels, (const M *x, const float *a, M *out, size_t px, int32_t c))                                \
    /* A row of the outputs of an image, with (place not NULL) where in its window each is; a row of the input's       \
       gradient. */                                                                                                    \
    X(void, max_pool_row, (const M *x, const ax_dw *g, int32_t row, M *y, uint8_t *place))                             \
    X(void, max_pool_row_backward, (const M *dy, const uint8_t *place, const ax_dw *g, int32_t row, M *dx))            \
    X(void, relu, (const M *x, uint8_t act, M *y, size_t n))                                                           \
    /* value: the input or the output of the relu, both give the same mask */                                          \
    X(void, relu_backward, (const M *dy, const M *value, uint8_t act, M *dx, size_t n))                                \
    X(void, add, (const M *a, const M *b, M *y, size_t n))                                                             \
    X(void, scale, (const M *x, float s, M *y, size_t n))                                                              \
    /* Rows of maps mixed in floats: y = (1 - f) * a + f * b;  y = s * x, or y += s * x */                             \
    X(void, lerp, (const M *a, const M *b, float f, float *y, size_t n))                                               \
    X(void, scale_row, (const M *x, float s, float *y, size_t n))                                                      \
    X(void, scale_add, (const M *x, float s, float *y, size_t n))                                                      \
    X(void, resize_row, (const ax_resize_axis *ax, const float *in, int32_t c, M *out))                                \
    X(void, resize_row_backward, (const ax_resize_axis *ax, const float *dout, int32_t c, M *din))                     \
    /* Between maps and floats. */                                                                                     \
    X(void, widen, (const M *x, float *y, size_t n))                                                                   \
    X(void, narrow, (const float *x, M *y, size_t n))

#define AX_CPU_KERNEL_LIST(X)                                                                                          \
    AX_CPU_MAP_KERNEL_LIST(X, float, float)                                                                            \
    /* Dense convolution of any kernel, stride and size; w is {k,k,ci,co}, for the input's gradient {k,k,co,ci}. */    \
    X(void, dense_forward, (const ax_conv_shape *g, const float *x, const float *w, const float *bias, float *y,       \
                            int32_t r0, int32_t r1))                                                                   \
    X(void, dense_backward_data, (const ax_conv_shape *g, const float *dy, const float *w, float *dx,                  \
                                  int32_t r0, int32_t r1))                                                             \
    X(void, dense_backward_weights, (const ax_conv_shape *g, const float *x, const float *dy, float *sum,              \
                                     int32_t r0, int32_t r1))                                                          \
    /* sum {k,k,co,ci}, if ax_direct_narrow {k,k,ci,co}, += the gradient of the weights from output rows r0 .. r1. */  \
    X(void, direct_backward_weights, (const ax_conv_shape *g, const float *x, const float *dy, float *sum,             \
                                      int32_t r0, int32_t r1))                                                         \
    /* Weights of n output and ci input channels, no more than lanes of either: element (o, i, k) is at                \
       o * so + i * si + k, the taps turned round if asked. For `count` kinds of tiles: product p of input i, a vector \
       of outputs filled up with zeros, goes to p * stride + i * width. */                                             \
    X(void, winograd_filter, (const float *w, size_t so, size_t si, bool turn, int32_t ci, int32_t n,                  \
                              const ax_winograd_to *to, int count, size_t width, size_t stride))                       \
    /* dw {c,3,3} of one output channel, set or added to, from the products' sums over the tiles: those of a task are  \
       `each` apart from the task before. */                                                                           \
    X(void, winograd_taps, (int oy, int ox, const float *sums, size_t stride, size_t each, int tasks, int32_t c,       \
                            float *dw, bool more))                                                                     \
    X(void, argmax_row, (const ax_resize_axis *ax, const float *in, int32_t c, uint8_t *out))                          \
    /* Cross entropy of px pixels of c classes, weight {c} or NULL; returns the sum of the (weighted) losses; grad may be \
       NULL; tmp: 64 * c floats */ \
    X(double, ce, (const float *logits, const uint8_t *labels, const float *weight, size_t px, int32_t c, float scale, \
                   float *grad, float *tmp))                                                                           \
    X(double, square_difference, (const float *a, const float *b, size_t n))                                           \
    X(void, scale_difference, (const float *a, const float *b, float s, float *y, size_t n))                           \
    /* of px pixels of c channels, weight {c}: the sum of (weight * (a - b))^2;  y = s * weight^2 * (a - b) */         \
    X(double, weighted_square_difference, (const float *a, const float *b, const float *weight, size_t px, int32_t c)) \
    X(void, weighted_scale_difference, (const float *a, const float *b, const float *weight, float s, float *y,        \
                                        size_t px, int32_t c))                                                         \
    /* rounds of AX_PEAK_VECTORS independent vector multiply-adds that touch no memory; the sum of all, to be used */  \
    X(float, fma_peak, (size_t rounds))                                                                                \
    X(double, sum_squares, (const float *x, size_t n))                                                                 \
    X(void, adam, (const ax_update *u, size_t lo, size_t hi))                                                          \
    X(void, sgd, (const ax_update *u, size_t lo, size_t hi))                                                           \
    X(void, polyak, (float *average, const float *value, float decay, size_t n))
/* clang-format on */

#define AX_CPU_KERNEL_FIELD(ret, name, args) ret(*name) args;
typedef struct ax_cpu_kernels {
    const char *name; /* name of the instruction set */
    int32_t lanes;    /* floats per vector */
    AX_CPU_KERNEL_LIST(AX_CPU_KERNEL_FIELD)
} ax_cpu_kernels;

/* The same for maps in bfloat16, each a uint16_t; two factors of a product's weights are a uint32_t. */
typedef struct ax_cpu_narrow_kernels {
    AX_CPU_MAP_KERNEL_LIST(AX_CPU_KERNEL_FIELD, uint16_t, uint32_t)
} ax_cpu_narrow_kernels;

extern const ax_cpu_kernels ax_cpu_kernels_base;
#if defined(__x86_64__)
extern const ax_cpu_kernels ax_cpu_kernels_v3, ax_cpu_kernels_v4;
extern const ax_cpu_narrow_kernels ax_cpu_kernels_v4bf16;
#endif

#endif
