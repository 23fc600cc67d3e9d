/* Inside of the convolutions: what prepare keeps for a node. */
#ifndef AX_BACKEND_CUDA_CONV_H
#define AX_BACKEND_CUDA_CONV_H

#include "engine/backend/cuda/device.h"

typedef enum ax_cuda_direction { AX_CUDA_FORWARD, AX_CUDA_DATA, AX_CUDA_FILTER, AX_CUDA_DIRECTIONS } ax_cuda_direction;

typedef struct ax_cuda_gemm ax_cuda_gemm; /* gemm.c */

typedef struct ax_cuda_conv {
    ax_k_conv g;
    bool depthwise, wants[AX_CUDA_DIRECTIONS];
    ax_cuda_gemm *gemm[AX_CUDA_DIRECTIONS]; /* the matrix product that it is, or NULL: */
    int algorithm[AX_CUDA_DIRECTIONS];      /* of cuDNN; -1: our own kernel */
    size_t space;                           /* scratch behind the repacked weights */
    cudnnTensorDescriptor_t x, y;
    cudnnFilterDescriptor_t w;
    cudnnConvolutionDescriptor_t conv;
} ax_cuda_conv;

/* "conv 16x64x64x48->48 3x3 s1 d1": of which shape an error tells. */
const char *ax_cuda_conv_text(const ax_k_conv *g, char buf[static 96]);
static inline size_t ax_cuda_conv_weights(const ax_cuda_conv *p)
{
    return (size_t)p->g.kernel * (size_t)p->g.kernel * (size_t)(p->depthwise ? 1 : p->g.ci) * (size_t)p->g.co;
}

/* ---- cuDNN (dnn.c): x, y NHWC, w {O,k,k,I} ---- */
ax_code ax_cuda_dnn_describe(ax_device *dev, ax_cuda_conv *p, ax_err *err);
void ax_cuda_dnn_release(ax_cuda_conv *p);
/* Sets p->algorithm[d] and says how much scratch it needs: the fastest that gives the same bits each time, keeps to
   float32 unless the device was opened with TF32, and fits; -1: there is none. One answer per shape and device. */
ax_code ax_cuda_dnn_choose(ax_device *dev, ax_cuda_conv *p, ax_cuda_direction d, size_t *work, ax_err *err);
/* out = the convolution or the gradient; other: x or dy, first: w (forward, data) or x (filter). */
ax_code ax_cuda_dnn_run(ax_device *dev, const ax_cuda_conv *p, ax_cuda_direction d, const float *first,
                        const float *other, float *out, void *work, ax_err *err);

/* ---- cuBLASLt (gemm.c), for 1x1 kernels ---- */
bool ax_cuda_gemm_fits(const ax_device *dev, const ax_cuda_conv *p);
/* Sets p->gemm[d] and says how much scratch it needs; leaves it NULL when the library has no algorithm that fits. bias:
   forward adds one. One answer per shape and device. */
ax_code ax_cuda_gemm_choose(ax_device *dev, ax_cuda_conv *p, ax_cuda_direction d, bool bias, size_t *work, ax_err *err);
/* As ax_cuda_dnn_run; w {O,I}, which for these kernels is how weights lie in memory. */
ax_code ax_cuda_gemm_run(ax_device *dev, const ax_cuda_conv *p, ax_cuda_direction d, const float *first,
                         const float *other, const float *bias, float *out, void *work, ax_err *err);
void ax_cuda_gemm_free(ax_cuda_gemm *m); /* NULL is fine */

/* ---- own kernels (own.c); w {k,k,I,O}, for AX_CUDA_DATA of a dense one {k,k,O,I} ---- */
size_t ax_cuda_own_work(const ax_cuda_conv *p, ax_cuda_direction d);
ax_code ax_cuda_own_run(ax_device *dev, const ax_cuda_conv *p, ax_cuda_direction d, const float *first,
                        const float *other, const float *bias, float *out, void *work, ax_err *err);

#endif
