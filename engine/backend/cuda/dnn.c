/* cuDNN: descriptors, its list of algorithms, and running one. */
#include "engine/backend/cuda/conv.h"

static ax_code failed(ax_device *dev, const ax_cuda_conv *p, cudnnStatus_t s, const char *what, ax_err *err)
{
    char text[96];
    return ax_cuda_dnn_fail(dev, s, err, "%s, %s", what, ax_cuda_conv_text(&p->g, text));
}

ax_code ax_cuda_dnn_describe(ax_device *dev, ax_cuda_conv *p, ax_err *err)
{
    const ax_k_conv *g = &p->g;
    const cudnnTensorFormat_t nhwc = CUDNN_TENSOR_NHWC;
    const cudnnDataType_t f32 = CUDNN_DATA_FLOAT, type = p->bf16 ? CUDNN_DATA_BFLOAT16 : f32;
    cudnnStatus_t s = cudnnCreateTensorDescriptor(&p->x);
    if (s == CUDNN_STATUS_SUCCESS)
        s = cudnnCreateTensorDescriptor(&p->y);
    if (s == CUDNN_STATUS_SUCCESS)
        s = cudnnCreateFilterDescriptor(&p->w);
    if (s == CUDNN_STATUS_SUCCESS)
        s = cudnnCreateConvolutionDescriptor(&p->conv);
    if (s == CUDNN_STATUS_SUCCESS)
        s = cudnnSetTensor4dDescriptor(p->x, nhwc, type, g->n, g->ci, g->h, g->w);
    if (s == CUDNN_STATUS_SUCCESS)
        s = cudnnSetTensor4dDescriptor(p->y, nhwc, type, g->n, g->co, g->oh, g->ow);
    if (s == CUDNN_STATUS_SUCCESS)
        s = cudnnSetFilter4dDescriptor(p->w, type, nhwc, g->co, g->ci, g->kernel, g->kernel);
    if (s == CUDNN_STATUS_SUCCESS)
        s = cudnnSetConvolution2dDescriptor(p->conv, g->pad, g->pad, g->stride, g->stride, g->dilation, g->dilation,
                                            CUDNN_CROSS_CORRELATION, f32);
    if (s == CUDNN_STATUS_SUCCESS)
        s = cudnnSetConvolutionMathType(p->conv, dev->tf32 || p->bf16 ? CUDNN_DEFAULT_MATH : CUDNN_FMA_MATH);
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

/* ---- listing algorithms ---- */

/* cuDNN's description of an algorithm; its three types differ only in the algorithm's enum. */
typedef struct offer {
    int algorithm;
    cudnnStatus_t status;
    cudnnDeterminism_t determinism;
    cudnnMathType_t math;
} offer;
enum { MOST = 16 };

#define OFFERS(list, n, out)                                                                                           \
    for (int i = 0; i < (n); i++)                                                                                      \
        (out)[i] = (offer)                                                                                             \
        {                                                                                                              \
            (int)(list)[i].algo, (list)[i].status, (list)[i].determinism, (list)[i].mathType                           \
        }

static cudnnStatus_t ask_forward(ax_device *dev, const ax_cuda_conv *p, offer *out, int *n)
{
    cudnnConvolutionFwdAlgoPerf_t list[MOST] = { { 0 } };
    cudnnStatus_t s = cudnnGetConvolutionForwardAlgorithm_v7(dev->cudnn, p->x, p->w, p->conv, p->y, MOST, n, list);
    OFFERS(list, *n, out);
    return s;
}

static cudnnStatus_t ask_data(ax_device *dev, const ax_cuda_conv *p, offer *out, int *n)
{
    cudnnConvolutionBwdDataAlgoPerf_t list[MOST] = { { 0 } };
    cudnnStatus_t s = cudnnGetConvolutionBackwardDataAlgorithm_v7(dev->cudnn, p->w, p->y, p->conv, p->x, MOST, n, list);
    OFFERS(list, *n, out);
    return s;
}

static cudnnStatus_t ask_filter(ax_device *dev, const ax_cuda_conv *p, offer *out, int *n)
{
    cudnnConvolutionBwdFilterAlgoPerf_t list[MOST] = { { 0 } };
    cudnnStatus_t s =
        cudnnGetConvolutionBackwardFilterAlgorithm_v7(dev->cudnn, p->x, p->y, p->conv, p->w, MOST, n, list);
    OFFERS(list, *n, out);
    return s;
}

/* Excludes conversion, which would be to half precision. */
static bool takes(const offer *o)
{
    return o->status == CUDNN_STATUS_SUCCESS && o->determinism == CUDNN_DETERMINISTIC &&
           o->math != CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION;
}

/* Queries memory with the descriptor's current math type: the lists state memory for the type that they name. */
static cudnnStatus_t ask_workspace(ax_device *dev, const ax_cuda_conv *p, ax_cuda_direction d, int algorithm,
                                   size_t *bytes)
{
    if (d == AX_CUDA_FORWARD)
        return cudnnGetConvolutionForwardWorkspaceSize(dev->cudnn, p->x, p->w, p->conv, p->y,
                                                       (cudnnConvolutionFwdAlgo_t)algorithm, bytes);
    if (d == AX_CUDA_DATA)
        return cudnnGetConvolutionBackwardDataWorkspaceSize(dev->cudnn, p->w, p->y, p->conv, p->x,
                                                            (cudnnConvolutionBwdDataAlgo_t)algorithm, bytes);
    return cudnnGetConvolutionBackwardFilterWorkspaceSize(dev->cudnn, p->x, p->y, p->conv, p->w,
                                                          (cudnnConvolutionBwdFilterAlgo_t)algorithm, bytes);
}

/* Appends an offer as it would run, unless it is listed already or doesn't fit. */
static cudnnStatus_t add_offer(ax_device *dev, const ax_cuda_conv *p, const ax_cuda_choice *want, const offer *o,
                               ax_cuda_choice list[static AX_CUDA_OFFERS], int *n)
{
    ax_cuda_choice c = *want;
    size_t bytes = 0;
    c.library = AX_CUDA_DNN;
    c.algorithm = o->algorithm;
    c.math = dev->tf32 || p->bf16 ? (int)o->math : CUDNN_FMA_MATH;
    for (int i = 0; i < *n; i++)
        if (list[i].library == AX_CUDA_DNN && list[i].algorithm == c.algorithm && list[i].math == c.math)
            return CUDNN_STATUS_SUCCESS;
    cudnnStatus_t s = cudnnSetConvolutionMathType(p->conv, (cudnnMathType_t)c.math);
    if (s == CUDNN_STATUS_SUCCESS)
        s = ask_workspace(dev, p, want->direction, o->algorithm, &bytes);
    if (s == CUDNN_STATUS_SUCCESS && bytes <= dev->workspace) {
        c.work = bytes;
        list[(*n)++] = c;
    }
    return s == CUDNN_STATUS_NOT_SUPPORTED ? CUDNN_STATUS_SUCCESS : s;
}

ax_code ax_cuda_dnn_offers(ax_device *dev, const ax_cuda_conv *p, const ax_cuda_choice *want,
                           ax_cuda_choice list[static AX_CUDA_OFFERS], int *n, ax_err *err)
{
    static cudnnStatus_t (*const ask[])(ax_device *, const ax_cuda_conv *, offer *, int *) = { ask_forward, ask_data,
                                                                                               ask_filter };
    static const char *const what[] = { "choosing the algorithm", "choosing the algorithm of the input's gradient",
                                        "choosing the algorithm of the weights' gradient" };
    offer found[MOST];
    int count = 0;
    cudnnStatus_t s = ask[want->direction](dev, p, found, &count);
    if (s == CUDNN_STATUS_NOT_SUPPORTED) /* nothing for this shape: not an error, our own kernels remain */
        return AX_OK;
    if (s != CUDNN_STATUS_SUCCESS)
        return failed(dev, p, s, what[want->direction], err);
    for (int i = 0; i < count && *n < AX_CUDA_OFFERS && s == CUDNN_STATUS_SUCCESS; i++)
        if (takes(&found[i]))
            s = add_offer(dev, p, want, &found[i], list, n);
    return s == CUDNN_STATUS_SUCCESS ? AX_OK : failed(dev, p, s, what[want->direction], err);
}

ax_code ax_cuda_dnn_run(ax_device *dev, const ax_cuda_conv *p, ax_cuda_direction d, const void *first,
                        const void *other, void *out, void *work, ax_err *err)
{
    static const char *const what[] = { "cudnnConvolutionForward", "cudnnConvolutionBackwardData",
                                        "cudnnConvolutionBackwardFilter" };
    const float one = 1, zero = 0;
    /* one descriptor for all directions */
    cudnnStatus_t s = cudnnSetConvolutionMathType(p->conv, (cudnnMathType_t)p->math[d]);
    if (s != CUDNN_STATUS_SUCCESS)
        return failed(dev, p, s, what[d], err);
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
