/* cuDNN's convolutions: checks of descriptors, the choice of algorithms, and running one. As on hardware, the first
   choices of the heuristic aren't deterministic, need workspace, and use TF32 unless the math type is CUDNN_FMA_MATH.
   AUXCELL_EMU_ALGO=1 leaves only the nondeterministic ones, 2 none at all. AUXCELL_EMU_TWICE=1 lists each one twice,
   with and without tensor cores and with different workspace sizes. */
#include "cudnn.h"

#include <cstring>

using namespace emu;

namespace
{
struct algorithm {
    int id;
    bool deterministic, tensor_cores; /* tensor_cores: used only if the math type allows it */
    float time;
    int workspace; /* 0 none, 1 as much as the filter, 2 as much as input and output */
};
const algorithm forward_list[] = { { CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, true, true, 1, 1 },
                                   { CUDNN_CONVOLUTION_FWD_ALGO_GEMM, true, false, 3, 2 },
                                   { CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, true, false, 4, 0 } };
const algorithm data_list[] = { { CUDNN_CONVOLUTION_BWD_DATA_ALGO_0, false, false, 1, 0 },
                                { CUDNN_CONVOLUTION_BWD_DATA_ALGO_1, true, true, 2, 1 } };
const algorithm filter_list[] = { { CUDNN_CONVOLUTION_BWD_FILTER_ALGO_0, false, false, 1, 0 },
                                  { CUDNN_CONVOLUTION_BWD_FILTER_ALGO_3, false, false, 1.5F, 1 },
                                  { CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1, true, true, 2, 2 } };

struct list {
    const algorithm *first;
    size_t n;
};

list algorithms(pass which)
{
    switch (which) {
    case pass::forward:
        return { forward_list, sizeof forward_list / sizeof *forward_list };
    case pass::data:
        return { data_list, sizeof data_list / sizeof *data_list };
    default:
        return { filter_list, sizeof filter_list / sizeof *filter_list };
    }
}

/* With AUXCELL_EMU_TWICE=1 an algorithm needs more workspace without tensor cores than with them. */
size_t workspace(const algorithm &a, const conv &c, cudnnMathType_t math)
{
    size_t floats = a.workspace == 0 ? 0 : a.workspace == 1 ? count_w(c) : count_x(c) + count_y(c);
    size_t more = option("TWICE", 0) && math == CUDNN_FMA_MATH ? 256 : 0;
    return (floats * sizeof(float) + 255) / 256 * 256 + more;
}

int extent(int in, int pad, int stride, int dilation, int size)
{
    return (in + 2 * pad - (dilation * (size - 1) + 1)) / stride + 1;
}

bool nhwc(const cudnnTensorStruct &t)
{
    return t.stride_c == 1 && t.stride_w == t.c && t.stride_h == t.w * t.c && t.stride_n == t.h * t.w * t.c;
}

/* The checks that the three passes share. */
cudnnStatus_t describe(const char *call, const cudnnTensorStruct *x, const cudnnFilterStruct *w,
                       const cudnnConvolutionStruct *d, const cudnnTensorStruct *y, conv *out)
{
    alive(x, kind::tensor, call);
    alive(w, kind::filter, call);
    alive(d, kind::conv, call);
    alive(y, kind::tensor, call);
    if (!x->set || !w->set || !d->set || !y->set) {
        refuse(call, "a descriptor was never set");
        return CUDNN_STATUS_BAD_PARAM;
    }
    if ((x->type != CUDNN_DATA_FLOAT && x->type != CUDNN_DATA_BFLOAT16) || w->type != x->type || y->type != x->type ||
        d->compute != CUDNN_DATA_FLOAT) {
        refuse(call, "only float is emulated, and bfloat16 that is summed in float");
        return CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE;
    }
    if (d->mode != CUDNN_CROSS_CORRELATION) {
        refuse(call, "only cross-correlation is emulated");
        return CUDNN_STATUS_NOT_SUPPORTED;
    }
    if (w->format != CUDNN_TENSOR_NHWC || !nhwc(*x) || !nhwc(*y)) {
        refuse(call, "only contiguous NHWC is emulated, and filters as KRSC");
        return CUDNN_STATUS_NOT_SUPPORTED_LAYOUT;
    }
    *out = { x->n,     x->h,     x->w,        x->c,        w->k,          w->h,          w->w,      y->h, y->w,
             d->pad_h, d->pad_w, d->stride_h, d->stride_w, d->dilation_h, d->dilation_w, d->groups,
             x->type == CUDNN_DATA_BFLOAT16, false };
    int oh = extent(x->h, d->pad_h, d->stride_h, d->dilation_h, w->h);
    int ow = extent(x->w, d->pad_w, d->stride_w, d->dilation_w, w->w);
    if (w->c * d->groups != x->c || w->k % d->groups || y->n != x->n || y->c != w->k || y->h != oh || y->w != ow) {
        refuse(call, "x %d,%d,%d,%d w %d,%d,%d,%d groups %d gives %d,%d,%d,%d (NCHW), not %d,%d,%d,%d", x->n, x->c,
               x->h, x->w, w->k, w->c, w->h, w->w, d->groups, x->n, w->k, oh, ow, y->n, y->c, y->h, y->w);
        return CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH;
    }
    return CUDNN_STATUS_SUCCESS;
}

bool tf32(const algorithm &a, cudnnMathType_t math)
{
    return a.tensor_cores && math != CUDNN_FMA_MATH;
}

/* The algorithms, fastest first; those that AUXCELL_EMU_ALGO excludes come last, as not supported. */
template <typename PERF>
cudnnStatus_t choose(const char *call, pass which, const conv &c, cudnnMathType_t math, int wanted, int *count,
                     PERF *perf)
{
    if (wanted < 1 || !count || !perf) {
        refuse(call, "nothing to write into");
        return CUDNN_STATUS_BAD_PARAM;
    }
    long only = option("ALGO", 0), times = option("TWICE", 0) ? 2 : 1;
    list all = algorithms(which);
    int n = 0;
    for (int supported = 1; supported >= 0; supported--)
        for (size_t i = 0; i < static_cast<size_t>(times) * all.n && n < wanted; i++) {
            const algorithm &a = all.first[i / static_cast<size_t>(times)];
            /* the list mixes math types, whatever the descriptor says */
            cudnnMathType_t listed = times == 1 ? math : i % 2 ? CUDNN_FMA_MATH : CUDNN_DEFAULT_MATH;
            bool has = only == 0 || (only == 1 && !a.deterministic);
            if (has != (supported == 1))
                continue;
            PERF &p = perf[n++];
            memset(&p, 0, sizeof p);
            p.algo = static_cast<decltype(p.algo)>(a.id);
            p.status = has ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_NOT_SUPPORTED;
            p.time = has ? a.time : -1;
            p.memory = has ? workspace(a, c, listed) : 0;
            p.determinism = a.deterministic ? CUDNN_DETERMINISTIC : CUDNN_NON_DETERMINISTIC;
            p.mathType = listed == CUDNN_DEFAULT_MATH ? CUDNN_DEFAULT_MATH
                         : tf32(a, listed)            ? CUDNN_TENSOR_OP_MATH
                                                      : CUDNN_FMA_MATH;
        }
    *count = n;
    return CUDNN_STATUS_SUCCESS;
}

struct buffers {
    const void *a, *b;
    void *out, *work;
    size_t work_size;
};

cudnnStatus_t run(const char *call, cudnnHandle_t handle, pass which, conv c, cudnnMathType_t math, int algo,
                  const buffers &m, const void *alpha, const void *beta)
{
    at_home(handle, kind::cudnn, call);
    if (!m.a || !m.b || !m.out || !alpha || !beta) {
        refuse(call, "a NULL pointer");
        return CUDNN_STATUS_BAD_PARAM_NULL_POINTER;
    }
    if (is_device(alpha) || is_device(beta))
        violation("%s: alpha and beta are host pointers", call);
    list all = algorithms(which);
    const algorithm *a = nullptr;
    for (size_t i = 0; i < all.n; i++)
        if (all.first[i].id == algo)
            a = &all.first[i];
    long only = option("ALGO", 0);
    if (!a || only == 2 || (only == 1 && a->deterministic)) {
        refuse(call, "algorithm %d is not supported for this problem", algo);
        return CUDNN_STATUS_NOT_SUPPORTED;
    }
    /* AUXCELL_EMU_REFUSE lets offered algorithms fail when they run; 1: those with as much workspace as the filter, 2:
       all */
    if (option("REFUSE", 0) > 1 || (option("REFUSE", 0) == 1 && a->workspace == 1)) {
        refuse(call, "algorithm %d was offered and does not run", algo);
        return CUDNN_STATUS_NOT_SUPPORTED;
    }
    size_t need = workspace(*a, c, math);
    if (m.work_size < need || (need && !m.work)) {
        refuse(call, "algorithm %d needs %zu bytes of workspace, not %zu", algo, need, m.work_size);
        return CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT;
    }
    bool forward = which == pass::forward, data = which == pass::data;
    size_t na = (data ? count_w(c) : count_x(c)) * number_bytes(c.bf16);
    size_t nb = (forward ? count_w(c) : count_y(c)) * number_bytes(c.bf16);
    size_t nout = (forward ? count_y(c) : data ? count_x(c) : count_w(c)) * number_bytes(c.bf16);
    device_range(m.a, na, call, forward || !data ? "x" : "w");
    device_range(m.b, nb, call, forward ? "w" : "dy");
    device_range(m.out, nout, call, forward ? "y" : data ? "dx" : "dw");
    if (need)
        device_range(m.work, need, call, "workspace");
    for (const void *p : { m.a, m.b, static_cast<const void *>(m.out) })
        if (reinterpret_cast<uintptr_t>(p) % 16)
            violation("%s: %p is not aligned to 16 bytes", call, p);
    if (need && reinterpret_cast<uintptr_t>(m.work) % 16)
        violation("%s: the workspace at %p is not aligned to 16 bytes", call, m.work);
    if (overlap(m.a, na, m.out, nout) || overlap(m.b, nb, m.out, nout) || overlap(m.work, need, m.out, nout) ||
        overlap(m.work, need, m.a, na) || overlap(m.work, need, m.b, nb))
        violation("%s: output or workspace overlaps another argument", call);
    float scale[2];
    memcpy(&scale[0], alpha, sizeof(float));
    memcpy(&scale[1], beta, sizeof(float));
    c.tf32 = !c.bf16 && tf32(*a, math);
    std::vector<range> uses = { { m.a, na, false }, { m.b, nb, false }, { m.out, nout, true } };
    if (scale[1] != 0)
        uses.push_back({ m.out, nout, false });
    buffers at = m;
    float by = scale[0], keep = scale[1];
    cudaError_t e = enqueue(stream_of(handle->stream, call),
                            { call, uses, [=] {
                                 if (need) { /* the workspace holds garbage before and after */
                                     device_range(at.work, need, call, "workspace");
                                     memset(at.work, 0xff, need);
                                 }
                                 convolve(c, which, at.a, at.b, at.out, by, keep);
                             },
                              a->time });
    return e == cudaSuccess ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_EXECUTION_FAILED;
}
} // namespace

#define DESCRIBE(x, w, d, y)                                                                                           \
    conv c;                                                                                                            \
    if (cudnnStatus_t bad = describe(__func__, x, w, d, y, &c))                                                        \
    return bad

cudnnStatus_t cudnnGetConvolution2dForwardOutputDim(const cudnnConvolutionDescriptor_t d,
                                                    const cudnnTensorDescriptor_t x, const cudnnFilterDescriptor_t w,
                                                    int *n, int *k, int *oh, int *ow)
{
    EMU_ENTER(cudnn, cudnnStatus_t);
    alive(x, kind::tensor, __func__);
    alive(w, kind::filter, __func__);
    alive(d, kind::conv, __func__);
    *n = x->n;
    *k = w->k;
    *oh = extent(x->h, d->pad_h, d->stride_h, d->dilation_h, w->h);
    *ow = extent(x->w, d->pad_w, d->stride_w, d->dilation_w, w->w);
    return CUDNN_STATUS_SUCCESS;
}

/* The find functions measure on hardware; here they give the heuristic's answer. */
#define CHOICE(get, find, perf_t, which, a_t, a, b_t, b, o_t, o, x, w, y)                                              \
    cudnnStatus_t get(cudnnHandle_t handle, const a_t a, const b_t b, const cudnnConvolutionDescriptor_t d,            \
                      const o_t o, const int wanted, int *count, perf_t *perf)                                         \
    {                                                                                                                  \
        EMU_ENTER(cudnn, cudnnStatus_t);                                                                               \
        at_home(handle, kind::cudnn, __func__);                                                                        \
        DESCRIBE(x, w, d, y);                                                                                          \
        return choose(__func__, which, c, d->math, wanted, count, perf);                                               \
    }                                                                                                                  \
    cudnnStatus_t find(cudnnHandle_t handle, const a_t a, const b_t b, const cudnnConvolutionDescriptor_t d,           \
                       const o_t o, const int wanted, int *count, perf_t *perf)                                        \
    {                                                                                                                  \
        EMU_ENTER(cudnn, cudnnStatus_t);                                                                               \
        at_home(handle, kind::cudnn, __func__);                                                                        \
        DESCRIBE(x, w, d, y);                                                                                          \
        if (capturing(stream_of(handle->stream, __func__)))                                                            \
            violation("%s: inside of a capture", __func__);                                                            \
        return choose(__func__, which, c, d->math, wanted, count, perf);                                               \
    }
CHOICE(cudnnGetConvolutionForwardAlgorithm_v7, cudnnFindConvolutionForwardAlgorithm, cudnnConvolutionFwdAlgoPerf_t,
       pass::forward, cudnnTensorDescriptor_t, x, cudnnFilterDescriptor_t, w, cudnnTensorDescriptor_t, y, x, w, y)
CHOICE(cudnnGetConvolutionBackwardDataAlgorithm_v7, cudnnFindConvolutionBackwardDataAlgorithm,
       cudnnConvolutionBwdDataAlgoPerf_t, pass::data, cudnnFilterDescriptor_t, w, cudnnTensorDescriptor_t, dy,
       cudnnTensorDescriptor_t, dx, dx, w, dy)
CHOICE(cudnnGetConvolutionBackwardFilterAlgorithm_v7, cudnnFindConvolutionBackwardFilterAlgorithm,
       cudnnConvolutionBwdFilterAlgoPerf_t, pass::filter, cudnnTensorDescriptor_t, x, cudnnTensorDescriptor_t, dy,
       cudnnFilterDescriptor_t, dw, x, dw, dy)

#define WORKSPACE(name, which, algo_t, a_t, a, b_t, b, o_t, o, x, w, y)                                                \
    cudnnStatus_t name(cudnnHandle_t handle, const a_t a, const b_t b, const cudnnConvolutionDescriptor_t d,           \
                       const o_t o, algo_t algo, size_t *bytes)                                                        \
    {                                                                                                                  \
        EMU_ENTER(cudnn, cudnnStatus_t);                                                                               \
        at_home(handle, kind::cudnn, __func__);                                                                        \
        DESCRIBE(x, w, d, y);                                                                                          \
        list all = algorithms(which);                                                                                  \
        for (size_t i = 0; i < all.n; i++)                                                                             \
            if (all.first[i].id == static_cast<int>(algo)) {                                                           \
                *bytes = workspace(all.first[i], c, d->math);                                                          \
                return CUDNN_STATUS_SUCCESS;                                                                           \
            }                                                                                                          \
        return CUDNN_STATUS_NOT_SUPPORTED;                                                                             \
    }
WORKSPACE(cudnnGetConvolutionForwardWorkspaceSize, pass::forward, cudnnConvolutionFwdAlgo_t, cudnnTensorDescriptor_t, x,
          cudnnFilterDescriptor_t, w, cudnnTensorDescriptor_t, y, x, w, y)
WORKSPACE(cudnnGetConvolutionBackwardDataWorkspaceSize, pass::data, cudnnConvolutionBwdDataAlgo_t,
          cudnnFilterDescriptor_t, w, cudnnTensorDescriptor_t, dy, cudnnTensorDescriptor_t, dx, dx, w, dy)
WORKSPACE(cudnnGetConvolutionBackwardFilterWorkspaceSize, pass::filter, cudnnConvolutionBwdFilterAlgo_t,
          cudnnTensorDescriptor_t, x, cudnnTensorDescriptor_t, dy, cudnnFilterDescriptor_t, dw, x, dw, dy)

cudnnStatus_t cudnnConvolutionForward(cudnnHandle_t handle, const void *alpha, const cudnnTensorDescriptor_t xd,
                                      const void *x, const cudnnFilterDescriptor_t wd, const void *w,
                                      const cudnnConvolutionDescriptor_t d, cudnnConvolutionFwdAlgo_t algo, void *work,
                                      size_t work_size, const void *beta, const cudnnTensorDescriptor_t yd, void *y)
{
    EMU_ENTER(cudnn, cudnnStatus_t);
    DESCRIBE(xd, wd, d, yd);
    return run(__func__, handle, pass::forward, c, d->math, algo, { x, w, y, work, work_size }, alpha, beta);
}

cudnnStatus_t cudnnConvolutionBackwardData(cudnnHandle_t handle, const void *alpha, const cudnnFilterDescriptor_t wd,
                                           const void *w, const cudnnTensorDescriptor_t dyd, const void *dy,
                                           const cudnnConvolutionDescriptor_t d, cudnnConvolutionBwdDataAlgo_t algo,
                                           void *work, size_t work_size, const void *beta,
                                           const cudnnTensorDescriptor_t dxd, void *dx)
{
    EMU_ENTER(cudnn, cudnnStatus_t);
    DESCRIBE(dxd, wd, d, dyd);
    return run(__func__, handle, pass::data, c, d->math, algo, { w, dy, dx, work, work_size }, alpha, beta);
}

cudnnStatus_t cudnnConvolutionBackwardFilter(cudnnHandle_t handle, const void *alpha, const cudnnTensorDescriptor_t xd,
                                             const void *x, const cudnnTensorDescriptor_t dyd, const void *dy,
                                             const cudnnConvolutionDescriptor_t d, cudnnConvolutionBwdFilterAlgo_t algo,
                                             void *work, size_t work_size, const void *beta,
                                             const cudnnFilterDescriptor_t dwd, void *dw)
{
    EMU_ENTER(cudnn, cudnnStatus_t);
    DESCRIBE(xd, dwd, d, dyd);
    return run(__func__, handle, pass::filter, c, d->math, algo, { x, dy, dw, work, work_size }, alpha, beta);
}
