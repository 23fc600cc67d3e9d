/* Internals of convolutions: data prepared for a node. */
#ifndef AX_BACKEND_CUDA_CONV_H
#define AX_BACKEND_CUDA_CONV_H

#include "engine/backend/cuda/device.h"

typedef struct ax_cuda_gemm ax_cuda_gemm; /* gemm.c */

typedef struct ax_cuda_conv {
    ax_k_conv g;
    bool depthwise, bf16 /* bf16: type of maps, and of weights passed to libraries */, wants[AX_CUDA_DIRECTIONS];
    ax_cuda_gemm *gemm[AX_CUDA_DIRECTIONS]; /* the matrix product used for it, or NULL: */
    int algorithm[AX_CUDA_DIRECTIONS];      /* cuDNN's; -1: our own kernel */
    int math[AX_CUDA_DIRECTIONS];           /* cuDNN's, cudnnMathType_t */
    uint64_t scratch[AX_CUDA_DIRECTIONS];   /* scratch of the chosen algorithm, bytes */
    size_t space;                           /* scratch behind the repacked weights */
    /* Weights are reordered for each direction at the beginning of a run; for FILTER, the gradient is reordered at its
       end. Address: NULL until the first run, then in a block owned by the plan's first convolution. */
    bool kept[AX_CUDA_DIRECTIONS];
    void *order[AX_CUDA_DIRECTIONS];
    void *block;
    cudnnTensorDescriptor_t x, y;
    cudnnFilterDescriptor_t w;
    cudnnConvolutionDescriptor_t conv; /* with the math type of the last run */
} ax_cuda_conv;

/* "conv 16x64x64x48->48 3x3 s1 d1": the shape, for errors. */
const char *ax_cuda_conv_text(const ax_k_conv *g, char buf[static 96]);
/* "forward", "the input's gradient", "the weights' gradient". */
const char *ax_cuda_conv_direction(ax_cuda_direction d);
/* "float32", "TF32", "bfloat16": the factors' type in a library's algorithm; blas: cuBLASLt's, else cuDNN's with
   `math`. */
const char *ax_cuda_conv_mathematics(const ax_device *dev, bool bf16, bool blas, int math);
static inline size_t ax_cuda_conv_weights(const ax_cuda_conv *p)
{
    return (size_t)p->g.kernel * (size_t)p->g.kernel * (size_t)(p->depthwise ? 1 : p->g.ci) * (size_t)p->g.co;
}

/* Runs one direction with the algorithm chosen for it. other: x or dy; first: w (forward, data) or x (filter), both and
   out in the library's order; bias: for forward, NULL = none. Maps are floats or bfloat16, and so are weights and their
   gradient, except that our own kernels and matrix products make gradients of floats, and our own kernels read such
   weights. */
ax_code ax_cuda_conv_pass(ax_device *dev, const ax_cuda_conv *p, ax_cuda_direction d, const void *first,
                          const void *other, const float *bias, void *out, void *space, ax_err *err);

/* ---- the choice (choice.c) ---- */
enum { AX_CUDA_OFFERS = 20 }; /* most algorithms considered */
/* Sets p->gemm[d] and p->algorithm[d], and the scratch they need. bias: forward adds one. One choice per shape and
   device, and per folder of measured choices. */
ax_code ax_cuda_choose(ax_device *dev, ax_cuda_conv *p, ax_cuda_direction d, bool bias, size_t *work, ax_err *err);
/* The choice for the same convolution; NULL = none yet. The pointer is valid until another is added. */
const ax_cuda_choice *ax_cuda_choice_find(const ax_device *dev, const ax_cuda_choice *like);
/* Adds it unless there is one. */
ax_code ax_cuda_choice_add(ax_device *dev, const ax_cuda_choice *c, ax_err *err);

/* ---- measured choices in a file (store.c); AX_EIO: it can't be read or written ---- */
/* Adds the choices in the file, once; does nothing without a file. */
ax_code ax_cuda_store_load(ax_device *dev, ax_err *err);
/* Writes *c, or replaces it with the choice that another worker has written meanwhile. */
ax_code ax_cuda_store_keep(ax_device *dev, ax_cuda_choice *c, ax_err *err);

/* ---- cuDNN (dnn.c): x, y NHWC, w {O,k,k,I} ---- */
ax_code ax_cuda_dnn_describe(ax_device *dev, ax_cuda_conv *p, ax_err *err);
void ax_cuda_dnn_release(ax_cuda_conv *p);
/* Appends algorithms for `want` to the list, in the order of cuDNN's estimate: those that give the same bits each time
   and fit, each with the math type that it will run with: float32 or, with TF32 or bfloat16, the one cuDNN names. */
ax_code ax_cuda_dnn_offers(ax_device *dev, const ax_cuda_conv *p, const ax_cuda_choice *want,
                           ax_cuda_choice list[static AX_CUDA_OFFERS], int *n, ax_err *err);
/* out = the convolution or the gradient; as ax_cuda_conv_pass, without a bias. */
ax_code ax_cuda_dnn_run(ax_device *dev, const ax_cuda_conv *p, ax_cuda_direction d, const void *first,
                        const void *other, void *out, void *work, ax_err *err);

/* ---- cuBLASLt (gemm.c), for 1x1 kernels ---- */
bool ax_cuda_gemm_fits(const ax_device *dev, const ax_cuda_conv *p);
/* See ax_cuda_dnn_offers; in the order of the library's own estimate. */
ax_code ax_cuda_gemm_offers(ax_device *dev, const ax_cuda_conv *p, const ax_cuda_choice *want,
                            ax_cuda_choice list[static AX_CUDA_OFFERS], int *n, ax_err *err);
/* Makes p->gemm for the choice's direction. */
ax_code ax_cuda_gemm_take(ax_device *dev, ax_cuda_conv *p, const ax_cuda_choice *c, ax_err *err);
/* As ax_cuda_conv_pass, but for bfloat16 without the bias; w {O,I}, which for these kernels is the stored layout. */
ax_code ax_cuda_gemm_run(ax_device *dev, const ax_cuda_conv *p, ax_cuda_direction d, const void *first,
                         const void *other, const float *bias, void *out, void *work, ax_err *err);
void ax_cuda_gemm_free(ax_cuda_gemm *m); /* NULL is fine */

/* ---- our own kernels (own.c); w {k,k,I,O}, for AX_CUDA_DATA of a dense one {k,k,O,I} ---- */
size_t ax_cuda_own_work(const ax_cuda_conv *p, ax_cuda_direction d);
ax_code ax_cuda_own_run(ax_device *dev, const ax_cuda_conv *p, ax_cuda_direction d, const void *first,
                        const void *other, const float *bias, void *out, void *work, ax_err *err);

#endif
