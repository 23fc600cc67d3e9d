/* cuDNN: descriptors and the choice of algorithms. The library proposes in the order of its own estimate, which is the
   same each time; with AUXCELL_CUDA_TUNE=1 in the order measured, which may differ from run to run, and with it the
   last bits. */
#include "engine/backend/cuda/conv.h"

#include <stdlib.h>
#include <string.h>

static ax_code failed(ax_device *dev, const ax_cuda_conv *p, cudnnStatus_t s, const char *what, ax_err *err)
{
    char text[96];
    return ax_cuda_dnn_fail(dev, s, err, "%s, %s", what, ax_cuda_conv_text(&p->g, text));
}

ax_code ax_cuda_dnn_describe(ax_device *dev, ax_cuda_conv *p, ax_err *err)
{
    const ax_k_conv *g = &p->g;
    const cudnnTensorFormat_t nhwc = CUDNN_TENSOR_NHWC;
    const cudnnDataType_t f32 = CUDNN_DATA_FLOAT;
    cudnnStatus_t s = cudnnCreateTensorDescriptor(&p->x);
    if (s == CUDNN_STATUS_SUCCESS)
        s = cudnnCreateTensorDescriptor(&p->y);
    if (s == CUDNN_STATUS_SUCCESS)
        s = cudnnCreateFilterDescriptor(&p->w);
    if (s == CUDNN_STATUS_SUCCESS)
        s = cudnnCreateConvolutionDescriptor(&p->conv);
    if (s == CUDNN_STATUS_SUCCESS)
        s = cudnnSetTensor4dDescriptor(p->x, nhwc, f32, g->n, g->ci, g->h, g->w);
    if (s == CUDNN_STATUS_SUCCESS)
        s = cudnnSetTensor4dDescriptor(p->y, nhwc, f32, g->n, g->co, g->oh, g->ow);
    if (s == CUDNN_STATUS_SUCCESS)
        s = cudnnSetFilter4dDescriptor(p->w, f32, nhwc, g->co, g->ci, g->kernel, g->kernel);
    if (s == CUDNN_STATUS_SUCCESS)
        s = cudnnSetConvolution2dDescriptor(p->conv, g->pad, g->pad, g->stride, g->stride, g->dilation, g->dilation,
                                            CUDNN_CROSS_CORRELATION, f32);
    if (s == CUDNN_STATUS_SUCCESS)
        s = cudnnSetConvolutionMathType(p->conv, dev->tf32 ? CUDNN_DEFAULT_MATH : CUDNN_FMA_MATH);
    return s == CUDNN_STATUS_SUCCESS ? AX_OK : failed(dev, p, s, "cuDNN descriptors", err);
}

void ax_cuda_dnn_release(ax_cuda_conv *p)
{
    if (!p)
        return;
    if (p->x)
        (void)cudnnDestroyTensorDescriptor(p->x);
    if (p->y)
        (void)cudnnDestroyTensorDescriptor(p->y);
    if (p->w)
        (void)cudnnDestroyFilterDescriptor(p->w);
    if (p->conv)
        (void)cudnnDestroyConvolutionDescriptor(p->conv);
    p->x = p->y = NULL;
    p->w = NULL;
    p->conv = NULL;
}

/* ---- the choice ---- */

/* What cuDNN says of an algorithm; its three types differ in the enum of the algorithm only. */
typedef struct offer {
    int algorithm;
    cudnnStatus_t status;
    size_t memory;
    cudnnDeterminism_t determinism;
    cudnnMathType_t math;
} offer;
enum { MOST = 16 };

#define OFFERS(list, n, out)                                                                                           \
    for (int i = 0; i < (n); i++)                                                                                      \
        (out)[i] = (offer)                                                                                             \
        {                                                                                                              \
            (int)(list)[i].algo, (list)[i].status, (list)[i].memory, (list)[i].determinism, (list)[i].mathType         \
        }

static cudnnStatus_t ask_forward(ax_device *dev, const ax_cuda_conv *p, offer *out, int *n)
{
    cudnnConvolutionFwdAlgoPerf_t list[MOST] = { { 0 } };
    cudnnStatus_t s =
        dev->tune ? cudnnFindConvolutionForwardAlgorithm(dev->cudnn, p->x, p->w, p->conv, p->y, MOST, n, list)
                  : cudnnGetConvolutionForwardAlgorithm_v7(dev->cudnn, p->x, p->w, p->conv, p->y, MOST, n, list);
    OFFERS(list, *n, out);
    return s;
}

static cudnnStatus_t ask_data(ax_device *dev, const ax_cuda_conv *p, offer *out, int *n)
{
    cudnnConvolutionBwdDataAlgoPerf_t list[MOST] = { { 0 } };
    cudnnStatus_t s =
        dev->tune ? cudnnFindConvolutionBackwardDataAlgorithm(dev->cudnn, p->w, p->y, p->conv, p->x, MOST, n, list)
                  : cudnnGetConvolutionBackwardDataAlgorithm_v7(dev->cudnn, p->w, p->y, p->conv, p->x, MOST, n, list);
    OFFERS(list, *n, out);
    return s;
}

static cudnnStatus_t ask_filter(ax_device *dev, const ax_cuda_conv *p, offer *out, int *n)
{
    cudnnConvolutionBwdFilterAlgoPerf_t list[MOST] = { { 0 } };
    cudnnStatus_t s =
        dev->tune ? cudnnFindConvolutionBackwardFilterAlgorithm(dev->cudnn, p->x, p->y, p->conv, p->w, MOST, n, list)
                  : cudnnGetConvolutionBackwardFilterAlgorithm_v7(dev->cudnn, p->x, p->y, p->conv, p->w, MOST, n, list);
    OFFERS(list, *n, out);
    return s;
}

static bool takes(const ax_device *dev, const offer *o)
{
    bool exact = o->math == CUDNN_FMA_MATH || o->math == CUDNN_DEFAULT_MATH;
    return o->status == CUDNN_STATUS_SUCCESS && o->determinism == CUDNN_DETERMINISTIC && o->memory <= dev->workspace &&
           (exact || dev->tf32);
}

const ax_cuda_choice *ax_cuda_choice_find(const ax_device *dev, const ax_k_conv *shape, int direction)
{
    for (size_t i = 0; i < dev->n_choices; i++)
        if (dev->choice[i].direction == direction && !memcmp(&dev->choice[i].shape, shape, sizeof *shape))
            return &dev->choice[i];
    return NULL;
}

ax_code ax_cuda_choice_add(ax_device *dev, const ax_cuda_choice *c, ax_err *err)
{
    if (dev->n_choices == dev->max_choices) {
        size_t more = dev->max_choices ? 2 * dev->max_choices : 64;
        ax_cuda_choice *grown = realloc(dev->choice, more * sizeof *grown);
        if (!grown)
            return ax_fail(err, AX_ENOMEM, "cuda:%d: no memory for %zu algorithms", dev->index, more);
        dev->choice = grown;
        dev->max_choices = more;
    }
    dev->choice[dev->n_choices++] = *c;
    return AX_OK;
}

ax_code ax_cuda_dnn_choose(ax_device *dev, ax_cuda_conv *p, ax_cuda_direction d, size_t *work, ax_err *err)
{
    static cudnnStatus_t (*const ask[])(ax_device *, const ax_cuda_conv *, offer *, int *) = { ask_forward, ask_data,
                                                                                               ask_filter };
    static const char *const what[] = { "choosing the algorithm", "choosing the algorithm of the input's gradient",
                                        "choosing the algorithm of the weights' gradient" };
    const ax_cuda_choice *known = ax_cuda_choice_find(dev, &p->g, (int)d);
    if (known) {
        p->algorithm[d] = known->algorithm;
        *work = known->work;
        return AX_OK;
    }
    offer list[MOST];
    int n = 0;
    cudnnStatus_t s = ask[d](dev, p, list, &n);
    if (s == CUDNN_STATUS_NOT_SUPPORTED) /* nothing for this shape: not an error, there are our own kernels */
        n = 0;
    else if (s != CUDNN_STATUS_SUCCESS)
        return failed(dev, p, s, what[d], err);
    ax_cuda_choice c = { .shape = p->g, .direction = (int)d, .algorithm = -1 };
    for (int i = 0; i < n && c.algorithm < 0; i++)
        if (takes(dev, &list[i])) {
            c.algorithm = list[i].algorithm;
            c.work = list[i].memory;
        }
    p->algorithm[d] = c.algorithm;
    *work = c.work;
    return ax_cuda_choice_add(dev, &c, err);
}

ax_code ax_cuda_dnn_run(ax_device *dev, const ax_cuda_conv *p, ax_cuda_direction d, const float *first,
                        const float *other, float *out, void *work, ax_err *err)
{
    static const char *const what[] = { "cudnnConvolutionForward", "cudnnConvolutionBackwardData",
                                        "cudnnConvolutionBackwardFilter" };
    const float one = 1, zero = 0;
    cudnnStatus_t s;
    if (d == AX_CUDA_FORWARD)
        s = cudnnConvolutionForward(dev->cudnn, &one, p->x, other, p->w, first, p->conv,
                                    (cudnnConvolutionFwdAlgo_t)p->algorithm[d], work, p->space, &zero, p->y, out);
    else if (d == AX_CUDA_DATA)
        s = cudnnConvolutionBackwardData(dev->cudnn, &one, p->w, first, p->y, other, p->conv,
                                         (cudnnConvolutionBwdDataAlgo_t)p->algorithm[d], work, p->space, &zero, p->x,
                                         out);
    else
        s = cudnnConvolutionBackwardFilter(dev->cudnn, &one, p->x, first, p->y, other, p->conv,
                                           (cudnnConvolutionBwdFilterAlgo_t)p->algorithm[d], work, p->space, &zero,
                                           p->w, out);
    return s == CUDNN_STATUS_SUCCESS ? AX_OK : failed(dev, p, s, what[d], err);
}
