/* Inside of the convolutions: what prepare keeps for a node. */
#ifndef AX_BACKEND_CUDA_CONV_H
#define AX_BACKEND_CUDA_CONV_H

#include "engine/backend/cuda/device.h"

typedef struct ax_cuda_gemm ax_cuda_gemm; /* gemm.c */

typedef struct ax_cuda_conv {
    ax_k_conv g;
    bool depthwise, bf16 /* maps, and weights as the libraries take them */, wants[AX_CUDA_DIRECTIONS];
    ax_cuda_gemm *gemm[AX_CUDA_DIRECTIONS]; /* the matrix product that it is, or NULL: */
    int algorithm[AX_CUDA_DIRECTIONS];      /* of cuDNN; -1: our own kernel */
    int math[AX_CUDA_DIRECTIONS];           /* of cuDNN, cudnnMathType_t */
    uint64_t scratch[AX_CUDA_DIRECTIONS];   /* bytes that the choice works in */
    size_t space;                           /* scratch behind the repacked weights */
    /* Weights are put into the order of the direction at a run's beginning, FILTER: the gradient into that of weights
       at its end. Where: NULL until the first run, then in the block of the plan's first convolution, which owns it. */
    bool kept[AX_CUDA_DIRECTIONS];
    void *order[AX_CUDA_DIRECTIONS];
    void *block;
    cudnnTensorDescriptor_t x, y;
    cudnnFilterDescriptor_t w;
    cudnnConvolutionDescriptor_t conv; /* its mathematics is that of the last run */
} ax_cuda_conv;

/* "conv 16x64x64x48->48 3x3 s1 d1": of which shape an error tells. */
const char *ax_cuda_conv_text(const ax_k_conv *g, char buf[static 96]);
/* "forward", "the input's gradient", "the weights' gradient". */
const char *ax_cuda_conv_direction(ax_cuda_direction d);
/* "float32", "TF32", "bfloat16": what a library's algorithm multiplies; blas: cuBLASLt's, else cuDNN's with `math`. */
const char *ax_cuda_conv_mathematics(const ax_device *dev, bool bf16, bool blas, int math);
static inline size_t ax_cuda_conv_weights(const ax_cuda_conv *p)
{
    return (size_t)p->g.kernel * (size_t)p->g.kernel * (size_t)(p->depthwise ? 1 : p->g.ci) * (size_t)p->g.co;
}

/* One direction by whatever was chosen for it. other: x or dy, first: w (forward, data) or x (filter), both and out in
   the order of the library; bias: forward's, NULL = none. Maps are floats or bfloat16; weights and their gradient are,
   too, except that our own kernels and matrix products make a gradient of floats, and the former read such weights. */
ax_code ax_cuda_conv_pass(ax_device *dev, const ax_cuda_conv *p, ax_cuda_direction d, const void *first,
                          const void *other, const float *bias, void *out, void *space, ax_err *err);

/* ---- the choice (choice.c) ---- */
enum { AX_CUDA_OFFERS = 20 }; /* most algorithms that are considered */
/* Sets p->gemm[d] and p->algorithm[d] and says how much scratch they need. bias: forward adds one. One answer per shape
   and device, and per folder of measured choices. */
ax_code ax_cuda_choose(ax_device *dev, ax_cuda_conv *p, ax_cuda_direction d, bool bias, size_t *work, ax_err *err);
/* Of the same convolution; NULL = none was made yet. The pointer holds until the next is added. */
const ax_cuda_choice *ax_cuda_choice_find(const ax_device *dev, const ax_cuda_choice *like);
/* Unless there is one already. */
ax_code ax_cuda_choice_add(ax_device *dev, const ax_cuda_choice *c, ax_err *err);

/* ---- measured choices in a file (store.c); AX_EIO: it can't be read or written ---- */
/* Adds those of the file, once; nothing without a file. */
ax_code ax_cuda_store_load(ax_device *dev, ax_err *err);
/* Writes *c, or makes it what another worker has written meanwhile. */
ax_code ax_cuda_store_keep(ax_device *dev, ax_cuda_choice *c, ax_err *err);

/* ---- cuDNN (dnn.c): x, y NHWC, w {O,k,k,I} ---- */
ax_code ax_cuda_dnn_describe(ax_device *dev, ax_cuda_conv *p, ax_err *err);
void ax_cuda_dnn_release(ax_cuda_conv *p);
/* Adds the algorithms for `want` to the list, in the order of cuDNN's own estimate: those that give the same bits each
   time and fit, each with the mathematics that it will run with: float32, or with TF32 and bfloat16 what cuDNN names.
 */
ax_code ax_cuda_dnn_offers(ax_device *dev, const ax_cuda_conv *p, const ax_cuda_choice *want,
                           ax_cuda_choice list[static AX_CUDA_OFFERS], int *n, ax_err *err);
/* out = the convolution or the gradient, as ax_cuda_conv_pass without a bias. */
ax_code ax_cuda_dnn_run(ax_device *dev, const ax_cuda_conv *p, ax_cuda_direction d, const void *first,
                        const void *other, void *out, void *work, ax_err *err);

/* ---- cuBLASLt (gemm.c), for 1x1 kernels ---- */
bool ax_cuda_gemm_fits(const ax_device *dev, const ax_cuda_conv *p);
/* As ax_cuda_dnn_offers, in the order of the library's own estimate. */
ax_code ax_cuda_gemm_offers(ax_device *dev, const ax_cuda_conv *p, const ax_cuda_choice *want,
                            ax_cuda_choice list[static AX_CUDA_OFFERS], int *n, ax_err *err);
/* Makes p->gemm of the choice's direction. */
ax_code ax_cuda_gemm_take(ax_device *dev, ax_cuda_conv *p, const ax_cuda_choice *c, ax_err *err);
/* As ax_cuda_conv_pass, but of bfloat16 without the bias; w {O,I}, which for these kernels is the layout of weights in
 * memory. */
ax_code ax_cuda_gemm_run(ax_device *dev, const ax_cuda_conv *p, ax_cuda_direction d, const void *first,
                         const void *other, const float *bias, void *out, void *work, ax_err *err);
void ax_cuda_gemm_free(ax_cuda_gemm *m); /* NULL is fine */

/* ---- own kernels (own.c); w {k,k,I,O}, for AX_CUDA_DATA of a dense one {k,k,O,I} ---- */
size_t ax_cuda_own_work(const ax_cuda_conv *p, ax_cuda_direction d);
ax_code ax_cuda_own_run(ax_device *dev, const ax_cuda_conv *p, ax_cuda_direction d, const void *first,
                        const void *other, const float *bias, void *out, void *work, ax_err *err);

#endif
