/* Convolutions: dispatch of a node, weights in the order that the chosen algorithm needs, biases. Weights are stored as
   OIHW. Those of parameters are reordered at the beginning of a run, all of a plan in one launch, and gradients are
   reordered back at its end; other weights are reordered at each call, in the first part of scratch. */
#include "engine/backend/cuda/conv.h"

#include <stdio.h>
#include <stdlib.h>

const char *ax_cuda_conv_text(const ax_k_conv *g, char buf[static 96])
{
    snprintf(buf, 96, "conv %dx%dx%dx%d->%d %dx%d s%d p%d d%d", g->n, g->h, g->w, g->ci, g->co, g->kernel, g->kernel,
             g->stride, g->pad, g->dilation);
    return buf;
}

const char *ax_cuda_conv_direction(ax_cuda_direction d)
{
    static const char *const text[] = { "forward", "the input's gradient", "the weights' gradient" };
    return text[d];
}

static ax_k_conv geometry(const ax_call *call)
{
    unsigned at = call->backward ? 1 : 0;
    ax_shape x = call->in[at].type.shape, y = call->backward ? call->in[0].type.shape : call->out[0].type.shape;
    return (ax_k_conv) { x.n,
                         x.h,
                         x.w,
                         x.c,
                         y.h,
                         y.w,
                         y.c,
                         call->attr.conv.kernel,
                         call->attr.conv.stride,
                         call->attr.conv.pad,
                         call->attr.conv.dilation,
                         (int)call->attr.conv.groups };
}

/* bias: forward adds a bias. */
static ax_code choose(ax_device *dev, ax_cuda_conv *p, bool bias, ax_err *err)
{
    bool ask = !p->depthwise && !dev->own_convolution;
    ax_code code = ask ? ax_cuda_dnn_describe(dev, p, err) : AX_OK;
    for (int d = 0; d < AX_CUDA_DIRECTIONS && code == AX_OK; d++) {
        size_t work = 0;
        p->algorithm[d] = -1;
        if (!p->wants[d])
            continue;
        if (ask)
            code = ax_cuda_choose(dev, p, (ax_cuda_direction)d, bias && d == AX_CUDA_FORWARD, &work, err);
        if (p->algorithm[d] < 0 && !p->gemm[d])
            p->scratch[d] = work = ax_cuda_own_work(p, (ax_cuda_direction)d);
        if (work > p->space)
            p->space = work;
    }
    return code;
}

static void forget(ax_device *dev, ax_cuda_conv *p)
{
    for (int d = 0; p && d < AX_CUDA_DIRECTIONS; d++)
        ax_cuda_gemm_free(p->gemm[d]);
    if (p)
        ax_cuda_release(dev, p->block);
    ax_cuda_dnn_release(p);
    free(p);
}

static bool is_own(const ax_cuda_conv *p, ax_cuda_direction d)
{
    return p->algorithm[d] < 0 && !p->gemm[d];
}

/* Whether direction d needs another order than OIHW; for a 1x1 kernel OIHW is also the libraries' order. Gradients of
   our own kernels are sums of parts, and come in order. Reordering also converts weights to bfloat16, and cuDNN's
   gradients back to floats. */
static bool turns(const ax_cuda_conv *p, ax_cuda_direction d)
{
    bool casts = p->bf16 && (d != AX_CUDA_FILTER || !p->gemm[d]);
    return p->wants[d] && (is_own(p, d) ? d != AX_CUDA_FILTER : p->g.kernel > 1 || casts);
}

/* Room for weights of either type. */
static size_t weight_bytes(const ax_cuda_conv *p)
{
    return ax_cuda_align(ax_cuda_conv_weights(p) * sizeof(float));
}

/* Backward lists dy first, so inputs come one later. */
AX_CUDA_PREPARE(ax_cuda_conv_prepare)
{
    ax_code code = ax_cuda_make_current(dev, err);
    if (code != AX_OK)
        return code;
    ax_cuda_conv *p = calloc(1, sizeof *p);
    if (!p)
        return ax_fail(err, AX_ENOMEM, "cuda:%d: no memory to prepare a convolution", dev->index);
    p->g = geometry(call);
    p->depthwise = call->attr.conv.groups != 1;
    p->bf16 = call->in[0].type.dtype == AX_BF16;
    p->wants[AX_CUDA_FORWARD] = !call->backward;
    p->wants[AX_CUDA_DATA] = call->backward && call->out[0].mem;
    p->wants[AX_CUDA_FILTER] = call->backward && call->out[1].mem;
    code = choose(dev, p, !call->backward && call->n_in > 2 && call->in[2].mem, err);
    if (code != AX_OK) {
        forget(dev, p);
        return code;
    }
    p->kept[AX_CUDA_FORWARD] = turns(p, AX_CUDA_FORWARD) && (call->params & 1 << 1);
    p->kept[AX_CUDA_DATA] = turns(p, AX_CUDA_DATA) && (call->params & 1 << 2);
    p->kept[AX_CUDA_FILTER] = turns(p, AX_CUDA_FILTER) && (call->grads & 1 << 1);
    for (int d = 0; d < AX_CUDA_DIRECTIONS; d++)
        call->held += p->kept[d] ? weight_bytes(p) : 0;
    if (call->backward && call->n_out > 2 && call->out[2].mem) {
        size_t bias = ax_cuda_column_work(ax_cuda_pixels(call->in[0].type.shape), p->g.co, 1);
        p->space = bias > p->space ? bias : p->space;
    }
    *work = weight_bytes(p) + p->space;
    call->prep = p;
    return AX_OK;
}

AX_CUDA_DISCARD(ax_cuda_conv_discard)
{
    forget(dev, call->prep);
    call->prep = NULL;
}

const char *ax_cuda_conv_mathematics(const ax_device *dev, bool bf16, bool blas, int math)
{
    bool exact = blas ? !dev->tf32 : math == CUDNN_FMA_MATH;
    return bf16 ? "bfloat16" : exact ? "float32" : "TF32";
}

/* Every choice gives the same bits each time. */
void ax_cuda_conv_explain(ax_device *dev, const ax_call *call, ax_explanation *out)
{
    static const char *const of[] = { "", "x: ", "w: " };
    const ax_cuda_conv *p = call->prep;
    size_t by = 0, why = 0;
    out->by[0] = out->why[0] = '\0';
    for (int d = 0; d < AX_CUDA_DIRECTIONS; d++) {
        char name[24];
        if (!p->wants[d] || by >= sizeof out->by || why >= sizeof out->why)
            continue;
        bool own = is_own(p, (ax_cuda_direction)d);
        snprintf(name, sizeof name, p->gemm[d] ? "cuBLASLt" : own ? "own" : "cuDNN %d", p->algorithm[d]);
        by += (size_t)snprintf(out->by + by, sizeof out->by - by, "%s%s", by ? ", " : "", name);
        why += (size_t)snprintf(out->why + why, sizeof out->why - why, "%s%s%s, %s, %.1f MiB", why ? "; " : "", of[d],
                                name, own ? "float32" : ax_cuda_conv_mathematics(dev, p->bf16, p->gemm[d], p->math[d]),
                                (double)p->scratch[d] / (1 << 20));
    }
    if (why < sizeof out->why)
        snprintf(out->why + why, sizeof out->why - why, "; deterministic");
}

/* Orders of weights other than OIHW. */
typedef enum order { OHWI, HWIO, HWOI } order;

static ax_code repack(ax_device *dev, const ax_cuda_conv *p, order to, const float *w, void *out, ax_err *err)
{
    size_t o = (size_t)p->g.co, i = p->depthwise ? 1 : (size_t)p->g.ci, kk = (size_t)p->g.kernel * (size_t)p->g.kernel;
    ax_k_permute_args a = { .in = w, .out = out, .n = o * i * kk };
    if (to == OHWI) {
        a.s0 = i * kk, a.s1 = 1, a.s2 = kk;
        a.d1 = (uint32_t)kk, a.d2 = (uint32_t)i;
    } else if (to == HWIO) {
        a.s0 = 1, a.s1 = kk, a.s2 = i * kk;
        a.d1 = (uint32_t)i, a.d2 = (uint32_t)o;
    } else {
        a.s0 = 1, a.s1 = i * kk, a.s2 = kk;
        a.d1 = (uint32_t)o, a.d2 = (uint32_t)i;
    }
    ax_cuda_kernel k = p->bf16 && to == OHWI ? AX_K_permute_bf16 : AX_K_permute;
    return ax_cuda_launch(dev, k, ax_cuda_grid_over(a.n), &a, err);
}

static ax_code order_for(ax_device *dev, const ax_cuda_conv *p, ax_cuda_direction d, const float *w, void *out,
                         ax_err *err)
{
    return repack(dev, p, !is_own(p, d) ? OHWI : d == AX_CUDA_DATA && !p->depthwise ? HWOI : HWIO, w, out, err);
}

/* The weights in the order of direction d. */
static ax_code weights_for(ax_device *dev, const ax_cuda_conv *p, ax_cuda_direction d, const float *w, void *scratch,
                           const void **out, ax_err *err)
{
    *out = p->order[d] ? p->order[d] : turns(p, d) ? scratch : (const void *)w;
    return *out == scratch ? order_for(dev, p, d, w, scratch, err) : AX_OK;
}

/* cuDNN's gradient is OHWI, like its weights. */
static ax_code turn_back(ax_device *dev, const ax_cuda_conv *p, const void *from, float *dw, ax_err *err)
{
    size_t i = (size_t)p->g.ci, kk = (size_t)p->g.kernel * (size_t)p->g.kernel;
    ax_k_permute_args a = { from, dw, ax_cuda_conv_weights(p), kk * i, 1, i, (uint32_t)i, (uint32_t)kk };
    bool floats = !p->bf16 || p->gemm[AX_CUDA_FILTER];
    return ax_cuda_launch(dev, floats ? AX_K_permute : AX_K_permute_from_bf16, ax_cuda_grid_over(a.n), &a, err);
}

/* Allocates the weights that a plan's convolutions keep, in the first run. */
static ax_code make_room(ax_device *dev, ax_call *const *call, size_t n, ax_err *err)
{
    ax_cuda_conv *first = NULL;
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++) {
        ax_cuda_conv *p = call[i]->op == AX_OP_CONV2D ? call[i]->prep : NULL;
        first = first ? first : p;
        for (int d = 0; p && d < AX_CUDA_DIRECTIONS; d++)
            bytes += p->kept[d] ? weight_bytes(p) : 0;
    }
    if (!bytes || first->block)
        return AX_OK;
    char *at = first->block = ax_cuda_alloc(dev, bytes, err);
    for (size_t i = 0; at && i < n; i++) {
        ax_cuda_conv *p = call[i]->op == AX_OP_CONV2D ? call[i]->prep : NULL;
        for (int d = 0; p && d < AX_CUDA_DIRECTIONS; d++)
            if (p->kept[d]) {
                p->order[d] = at;
                at += weight_bytes(p);
            }
    }
    return at ? AX_OK : err->code;
}

static ax_code enter(ax_device *dev, const ax_call *call, ax_err *err)
{
    const ax_cuda_conv *p = call->prep;
    ax_code code = AX_OK;
    for (int d = 0; d < AX_CUDA_FILTER && code == AX_OK; d++) {
        ax_cuda_group_next(dev);
        if (p->kept[d])
            code =
                order_for(dev, p, (ax_cuda_direction)d, call->in[d == AX_CUDA_FORWARD ? 1 : 2].mem, p->order[d], err);
    }
    return code;
}

static ax_code leave(ax_device *dev, const ax_call *call, ax_err *err)
{
    const ax_cuda_conv *p = call->prep;
    ax_cuda_group_next(dev);
    return p->kept[AX_CUDA_FILTER] ? turn_back(dev, p, p->order[AX_CUDA_FILTER], call->out[1].mem, err) : AX_OK;
}

static ax_code of_all(ax_device *dev, ax_call *const *call, size_t n,
                      ax_code (*each)(ax_device *, const ax_call *, ax_err *), ax_err *err)
{
    ax_code code = AX_OK;
    ax_cuda_group_begin(dev);
    for (size_t i = 0; i < n && code == AX_OK; i++)
        if (call[i]->op == AX_OP_CONV2D)
            code = each(dev, call[i], err);
    ax_code end = ax_cuda_group_end(dev, code == AX_OK, err);
    return code == AX_OK ? end : code;
}

ax_code ax_cuda_enter(ax_device *dev, ax_call *const *call, size_t n, ax_err *err)
{
    ax_code code = make_room(dev, call, n, err);
    return code == AX_OK ? of_all(dev, call, n, enter, err) : code;
}

ax_code ax_cuda_leave(ax_device *dev, ax_call *const *call, size_t n, ax_err *err)
{
    return of_all(dev, call, n, leave, err);
}

ax_code ax_cuda_conv_pass(ax_device *dev, const ax_cuda_conv *p, ax_cuda_direction d, const void *first,
                          const void *other, const float *bias, void *out, void *space, ax_err *err)
{
    const ax_k_conv *g = &p->g;
    ax_code code;
    if (is_own(p, d))
        return ax_cuda_own_run(dev, p, d, first, other, bias, out, space, err);
    if (p->gemm[d])
        code = ax_cuda_gemm_run(dev, p, d, first, other, bias, out, space, err);
    else
        code = ax_cuda_dnn_run(dev, p, d, first, other, out, space, err);
    if (p->gemm[d] && !p->bf16) /* the product has added it */
        return code;
    size_t n = (size_t)g->n * (size_t)g->oh * (size_t)g->ow * (size_t)g->co;
    ax_k_bias_args b = { out, bias, n, g->co };
    return code == AX_OK && bias
               ? ax_cuda_launch(dev, p->bf16 ? AX_K_bias_bf16 : AX_K_bias, ax_cuda_grid_over(n), &b, err)
               : code;
}

static ax_code forward(ax_device *dev, const ax_cuda_conv *p, const ax_call *call, void *scratch, void *space,
                       ax_err *err)
{
    const void *w = NULL;
    const float *bias = call->n_in > 2 ? call->in[2].mem : NULL;
    ax_code code = weights_for(dev, p, AX_CUDA_FORWARD, call->in[1].mem, scratch, &w, err);
    return code == AX_OK
               ? ax_cuda_conv_pass(dev, p, AX_CUDA_FORWARD, w, call->in[0].mem, bias, call->out[0].mem, space, err)
               : code;
}

static ax_code backward_filter(ax_device *dev, const ax_cuda_conv *p, const ax_call *call, void *scratch, void *space,
                               ax_err *err)
{
    const void *dy = call->in[0].mem, *x = call->in[1].mem;
    void *dw = call->out[1].mem;
    void *out = p->order[AX_CUDA_FILTER] ? p->order[AX_CUDA_FILTER] : turns(p, AX_CUDA_FILTER) ? scratch : dw;
    ax_code code = ax_cuda_conv_pass(dev, p, AX_CUDA_FILTER, x, dy, NULL, out, space, err);
    return code == AX_OK && out == scratch ? turn_back(dev, p, scratch, dw, err) : code;
}

AX_CUDA_RUN(ax_cuda_conv_run)
{
    const ax_cuda_conv *p = call->prep;
    void *scratch = call->work;
    void *space = (char *)call->work + weight_bytes(p);
    ax_code code = ax_cuda_make_current(dev, err); /* the libraries' handles belong to this device */
    if (code != AX_OK)
        return code;
    if (!call->backward)
        return forward(dev, p, call, scratch, space, err);
    if (call->out[0].mem) {
        const void *w = NULL;
        code = weights_for(dev, p, AX_CUDA_DATA, call->in[2].mem, scratch, &w, err);
        if (code == AX_OK)
            code = ax_cuda_conv_pass(dev, p, AX_CUDA_DATA, w, call->in[0].mem, NULL, call->out[0].mem, space, err);
    }
    if (code == AX_OK && call->out[1].mem)
        code = backward_filter(dev, p, call, scratch, space, err);
    if (code == AX_OK && call->n_out > 2 && call->out[2].mem)
        code = ax_cuda_column_sums(dev, &call->in[0], 1, 1, &call->out[2], space, err);
    return code;
}
