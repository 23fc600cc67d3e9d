/* Which algorithm of which library runs a convolution: cuBLASLt for 1x1 kernels, cuDNN for all, each with a few of
   which it says itself that they are good. They are measured side by side when the device may (`tune`), else the first
   that a library names is taken. One answer per shape; a measured one is kept in a file (store.c), since it could be
   another the next time, and with it the last bits. */
#include "engine/backend/cuda/conv.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is known ---- */

const ax_cuda_choice *ax_cuda_choice_find(const ax_device *dev, const ax_cuda_choice *like)
{
    for (size_t i = 0; i < dev->n_choices; i++) {
        const ax_cuda_choice *c = &dev->choice[i];
        if (c->direction == like->direction && c->bias == like->bias &&
            !memcmp(&c->shape, &like->shape, sizeof c->shape))
            return c;
    }
    return NULL;
}

ax_code ax_cuda_choice_add(ax_device *dev, const ax_cuda_choice *c, ax_err *err)
{
    if (ax_cuda_choice_find(dev, c))
        return AX_OK;
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

static ax_code take(ax_device *dev, ax_cuda_conv *p, const ax_cuda_choice *c, ax_err *err)
{
    p->algorithm[c->direction] = c->library == AX_CUDA_DNN ? c->algorithm : -1;
    return c->library == AX_CUDA_BLAS ? ax_cuda_gemm_take(dev, p, c, err) : AX_OK;
}

static void put_back(ax_cuda_conv *p, ax_cuda_direction d)
{
    ax_cuda_gemm_free(p->gemm[d]);
    p->gemm[d] = NULL;
    p->algorithm[d] = -1;
}

/* ---- measuring ---- */

enum { RUNS = 3 }; /* that count; the one before loads code */

typedef struct bench {
    float *x, *y, *w, *bias;
    void *work;
    size_t work_bytes;
    cudaEvent_t mark[RUNS + 1];
} bench;

static void close_bench(ax_device *dev, bench *b)
{
    for (int i = 0; i <= RUNS; i++)
        if (b->mark[i])
            (void)cudaEventDestroy(b->mark[i]);
    ax_cuda_release(dev, b->x);
    ax_cuda_release(dev, b->y);
    ax_cuda_release(dev, b->w);
    ax_cuda_release(dev, b->bias);
    ax_cuda_release(dev, b->work);
}

/* Tensors of zeros, and scratch for the largest request. */
static ax_code open_bench(ax_device *dev, bench *b, const ax_cuda_conv *p, const ax_cuda_choice *list, int n,
                          ax_err *err)
{
    const ax_k_conv *g = &p->g;
    size_t images = (size_t)g->n, in = (size_t)g->ci, out = (size_t)g->co;
    for (int i = 0; i < n; i++)
        b->work_bytes = list[i].work > b->work_bytes ? (size_t)list[i].work : b->work_bytes;
    if (!(b->x = ax_cuda_alloc(dev, images * (size_t)g->h * (size_t)g->w * in * sizeof(float), err)) ||
        !(b->y = ax_cuda_alloc(dev, images * (size_t)g->oh * (size_t)g->ow * out * sizeof(float), err)) ||
        !(b->w = ax_cuda_alloc(dev, ax_cuda_conv_weights(p) * sizeof(float), err)) ||
        !(b->bias = ax_cuda_alloc(dev, out * sizeof(float), err)) ||
        (b->work_bytes && !(b->work = ax_cuda_alloc(dev, b->work_bytes, err))))
        return err->code;
    cudaError_t e = cudaSuccess;
    for (int i = 0; i <= RUNS && e == cudaSuccess; i++)
        e = cudaEventCreateWithFlags(&b->mark[i], cudaEventDefault);
    return e == cudaSuccess ? AX_OK : ax_cuda_fail(dev, e, err, "cudaEventCreate");
}

/* *ms: of the fastest of a few runs, which follow each other without a pause. */
static ax_code measure(ax_device *dev, const bench *b, ax_cuda_conv *p, const ax_cuda_choice *c, float *ms, ax_err *err)
{
    ax_cuda_direction d = c->direction;
    const float *first = d == AX_CUDA_FILTER ? b->x : b->w, *other = d == AX_CUDA_FORWARD ? b->x : b->y;
    float *out = d == AX_CUDA_FORWARD ? b->y : d == AX_CUDA_DATA ? b->x : b->w;
    cudaError_t e = cudaSuccess;
    p->space = b->work_bytes;
    ax_code code = take(dev, p, c, err);
    for (int i = 0; i <= RUNS && code == AX_OK && e == cudaSuccess; i++) {
        code = ax_cuda_conv_pass(dev, p, d, first, other, c->bias ? b->bias : NULL, out, b->work, err);
        if (code == AX_OK)
            e = cudaEventRecord(b->mark[i], dev->stream);
    }
    put_back(p, d);
    if (code == AX_OK && e == cudaSuccess)
        e = cudaEventSynchronize(b->mark[RUNS]);
    for (int i = 0; i < RUNS && code == AX_OK && e == cudaSuccess; i++) {
        float took = 0;
        e = cudaEventElapsedTime(&took, b->mark[i], b->mark[i + 1]);
        *ms = !i || took < *ms ? took : *ms;
    }
    char text[96];
    return code != AX_OK || e == cudaSuccess
               ? code
               : ax_cuda_fail(dev, e, err, "measuring, %s", ax_cuda_conv_text(&p->g, text));
}

/* The first of those that are as fast as the fastest: what a clock can't tell apart is not to be decided by it. */
static ax_code fastest(ax_device *dev, ax_cuda_conv *p, const ax_cuda_choice *list, int n, int *best, ax_err *err)
{
    const float near = 1.05f;
    float ms[AX_CUDA_OFFERS] = { 0 }, least = 0;
    bench b = { 0 };
    size_t space = p->space;
    ax_code code = open_bench(dev, &b, p, list, n, err);
    for (int i = 0; i < n && code == AX_OK; i++) {
        code = measure(dev, &b, p, &list[i], &ms[i], err);
        least = !i || ms[i] < least ? ms[i] : least;
    }
    close_bench(dev, &b);
    p->space = space;
    for (*best = 0; code == AX_OK && ms[*best] > near * least;)
        ++*best;
    return code;
}

/* ---- choosing ---- */

static ax_code choose(ax_device *dev, ax_cuda_conv *p, ax_cuda_choice *c, ax_err *err)
{
    ax_cuda_choice list[AX_CUDA_OFFERS];
    int n = 0, best = 0;
    ax_code code = ax_cuda_gemm_fits(dev, p) ? ax_cuda_gemm_offers(dev, p, c, list, &n, err) : AX_OK;
    if (code == AX_OK)
        code = ax_cuda_dnn_offers(dev, p, c, list, &n, err);
    if (code == AX_OK && n > 1 && dev->tune)
        code = fastest(dev, p, list, n, &best, err);
    if (code != AX_OK)
        return code;
    if (n)
        *c = list[best];
    code = n > 1 && dev->tune ? ax_cuda_store_keep(dev, c, err) : AX_OK;
    return code == AX_OK ? ax_cuda_choice_add(dev, c, err) : code;
}

ax_code ax_cuda_choose(ax_device *dev, ax_cuda_conv *p, ax_cuda_direction d, bool bias, size_t *work, ax_err *err)
{
    ax_cuda_choice c = { .shape = p->g, .direction = d, .bias = bias, .library = AX_CUDA_OWN };
    ax_code code = dev->tune ? ax_cuda_store_load(dev, err) : AX_OK;
    const ax_cuda_choice *known = ax_cuda_choice_find(dev, &c);
    if (known)
        c = *known;
    else if (code == AX_OK)
        code = choose(dev, p, &c, err);
    if (code == AX_OK)
        code = take(dev, p, &c, err);
    *work = (size_t)c.work;
    return code;
}
