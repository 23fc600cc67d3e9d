/* Chooses the library algorithm that runs a convolution: cuBLASLt for 1x1 kernels, cuDNN for all; each offers the few
   that it estimates to be good. If the device may measure (`tune`), they are timed against each other; otherwise the
   first offer that runs is taken, and our own kernels if none does. One choice per shape. Measured choices are kept in
   a file (store.c), since another measurement could choose differently, and change the last bits. */
#include "engine/backend/cuda/conv.h"

#include "engine/base/clock.h"
#include "engine/base/grow.h"

#include <string.h>

/* ---- known choices ---- */

const ax_cuda_choice *ax_cuda_choice_find(const ax_device *dev, const ax_cuda_choice *like)
{
    for (size_t i = 0; i < dev->n_choices; i++) {
        const ax_cuda_choice *c = &dev->choice[i];
        if (c->direction == like->direction && c->bias == like->bias && c->bf16 == like->bf16 &&
            !memcmp(&c->shape, &like->shape, sizeof c->shape))
            return c;
    }
    return NULL;
}

ax_code ax_cuda_choice_add(ax_device *dev, const ax_cuda_choice *c, ax_err *err)
{
    if (ax_cuda_choice_find(dev, c))
        return AX_OK;
    ax_cuda_choice *grown = ax_grow(dev->choice, dev->n_choices, &dev->max_choices, sizeof *grown);
    if (!grown)
        return ax_fail(err, AX_ENOMEM, "cuda:%d: no memory for %zu algorithms", dev->index, dev->n_choices + 1);
    dev->choice = grown;
    dev->choice[dev->n_choices++] = *c;
    return AX_OK;
}

static ax_code take(ax_device *dev, ax_cuda_conv *p, const ax_cuda_choice *c, ax_err *err)
{
    p->algorithm[c->direction] = c->library == AX_CUDA_DNN ? c->algorithm : -1;
    p->math[c->direction] = c->math;
    p->scratch[c->direction] = c->work;
    return c->library == AX_CUDA_BLAS ? ax_cuda_gemm_take(dev, p, c, err) : AX_OK;
}

static void put_back(ax_cuda_conv *p, ax_cuda_direction d)
{
    ax_cuda_gemm_free(p->gemm[d]);
    p->gemm[d] = NULL;
    p->algorithm[d] = -1;
}

/* ---- trials and measurements ---- */

enum {
    ROUNDS = 3, /* each round times all offers in turn: a disturbance affects them alike */
    CALLS = 20  /* per recorded sequence: launched one by one, they would measure the host */
};

typedef struct bench {
    ax_cuda_conv *p;
    ax_cuda_choice *list;
    int n;
    void *x, *y, *w;
    float *bias;
    void *work;
    size_t work_bytes;
    cudaEvent_t from, to;
    void *recorded[AX_CUDA_OFFERS];
    float ms[AX_CUDA_OFFERS];
} bench;

static void close_bench(ax_device *dev, bench *b)
{
    for (int i = 0; i < b->n; i++)
        if (b->recorded[i])
            ax_cuda_capture_drop(dev, b->recorded[i]);
    if (b->from)
        (void)cudaEventDestroy(b->from);
    if (b->to)
        (void)cudaEventDestroy(b->to);
    ax_cuda_release(dev, b->x);
    ax_cuda_release(dev, b->y);
    ax_cuda_release(dev, b->w);
    ax_cuda_release(dev, b->bias);
    ax_cuda_release(dev, b->work);
}

/* Tensors of zeros, large enough for floats, and scratch for the largest request. */
static ax_code open_bench(ax_device *dev, bench *b, ax_err *err)
{
    const ax_k_conv *g = &b->p->g;
    size_t images = (size_t)g->n, in = (size_t)g->ci, out = (size_t)g->co;
    for (int i = 0; i < b->n; i++)
        b->work_bytes = b->list[i].work > b->work_bytes ? (size_t)b->list[i].work : b->work_bytes;
    if (!(b->x = ax_cuda_alloc(dev, images * (size_t)g->h * (size_t)g->w * in * sizeof(float), err)) ||
        !(b->y = ax_cuda_alloc(dev, images * (size_t)g->oh * (size_t)g->ow * out * sizeof(float), err)) ||
        !(b->w = ax_cuda_alloc(dev, ax_cuda_conv_weights(b->p) * sizeof(float), err)) ||
        !(b->bias = ax_cuda_alloc(dev, out * sizeof(float), err)) ||
        (b->work_bytes && !(b->work = ax_cuda_alloc(dev, b->work_bytes, err))))
        return err->code;
    return AX_OK;
}

static ax_code make_events(ax_device *dev, bench *b, ax_err *err)
{
    cudaError_t e = cudaEventCreateWithFlags(&b->from, cudaEventDefault);
    if (e == cudaSuccess)
        e = cudaEventCreateWithFlags(&b->to, cudaEventDefault);
    return e == cudaSuccess ? AX_OK : ax_cuda_fail(dev, e, err, "cudaEventCreate");
}

static ax_code call(ax_device *dev, const bench *b, const ax_cuda_choice *c, ax_err *err)
{
    ax_cuda_direction d = c->direction;
    const void *first = d == AX_CUDA_FILTER ? b->x : b->w, *other = d == AX_CUDA_FORWARD ? b->x : b->y;
    void *out = d == AX_CUDA_FORWARD ? b->y : d == AX_CUDA_DATA ? b->x : b->w;
    return ax_cuda_conv_pass(dev, b->p, d, first, other, c->bias ? b->bias : NULL, out, b->work, err);
}

static ax_code record_calls(ax_device *dev, const bench *b, const ax_cuda_choice *c, void **recorded, ax_err *err)
{
    ax_err end = { AX_OK, "" };
    ax_code code = ax_cuda_capture_begin(dev, err);
    if (code != AX_OK)
        return code;
    for (int k = 0; k < CALLS && code == AX_OK; k++)
        code = call(dev, b, c, err);
    *recorded = ax_cuda_capture_end(dev, &end); /* always called after begin */
    if (code == AX_OK && !*recorded)
        *err = end;
    return code == AX_OK ? end.code : code;
}

/* Runs offer i once, which loads its code, and records it if it is to be measured. */
static ax_code try_offer(ax_device *dev, bench *b, int i, bool record, ax_err *err)
{
    const ax_cuda_choice *c = &b->list[i];
    b->p->space = b->work_bytes;
    ax_code code = take(dev, b->p, c, err);
    if (code == AX_OK)
        code = call(dev, b, c, err);
    if (code == AX_OK)
        code = ax_cuda_sync(dev, err);
    if (code == AX_OK && record)
        code = record_calls(dev, b, c, &b->recorded[i], err);
    put_back(b->p, c->direction);
    return code;
}

/* Keeps the offers that run. An offer that fails is dropped, with its reason in *why, unless the device has failed or
   memory ran out. */
static ax_code try_all(ax_device *dev, bench *b, bool record, ax_err *why, ax_err *err)
{
    int kept = 0;
    for (int i = 0; i < b->n; i++) {
        ax_err reason = { AX_OK, "" }, lost = { AX_OK, "" };
        ax_code code = try_offer(dev, b, i, record, &reason);
        if (code == AX_ENOMEM || (code != AX_OK && ax_cuda_sync(dev, &lost) != AX_OK)) {
            *err = reason;
            return code;
        }
        void *recorded = b->recorded[i];
        b->recorded[i] = NULL;
        if (code == AX_OK) {
            b->list[kept] = b->list[i];
            b->recorded[kept++] = recorded;
        } else {
            *why = reason;
            if (recorded)
                ax_cuda_capture_drop(dev, recorded);
        }
        if (code == AX_OK && !record) /* the library's order decides */
            break;
    }
    b->n = kept;
    return AX_OK;
}

static ax_code warm_up(ax_device *dev, const bench *b, ax_err *err)
{
    double until = ax_clock() + 1e-3 * dev->warm_ms;
    ax_code code = AX_OK;
    while (!dev->warm && code == AX_OK && ax_clock() < until) {
        code = ax_cuda_capture_launch(dev, b->recorded[0], err);
        if (code == AX_OK)
            code = ax_cuda_sync(dev, err);
    }
    dev->warm = code == AX_OK;
    return code;
}

/* b->ms: time of the fastest launch of each offer. */
static ax_code measure(ax_device *dev, bench *b, ax_err *err)
{
    ax_code code = warm_up(dev, b, err);
    for (int i = 0; i < ROUNDS * b->n && code == AX_OK; i++) {
        float took = 0, *least = &b->ms[i % b->n];
        cudaError_t e = cudaEventRecord(b->from, dev->stream);
        if (e == cudaSuccess)
            code = ax_cuda_capture_launch(dev, b->recorded[i % b->n], err);
        if (e == cudaSuccess && code == AX_OK)
            e = cudaEventRecord(b->to, dev->stream);
        if (e == cudaSuccess && code == AX_OK)
            e = cudaEventSynchronize(b->to);
        if (e == cudaSuccess && code == AX_OK)
            e = cudaEventElapsedTime(&took, b->from, b->to);
        *least = i < b->n || took < *least ? took : *least;
        char text[96];
        if (e != cudaSuccess)
            code = ax_cuda_fail(dev, e, err, "measuring, %s", ax_cuda_conv_text(&b->p->g, text));
    }
    return code;
}

/* The first of the offers that are as fast as the fastest: differences below the clock's precision must not decide. */
static int fastest(const bench *b)
{
    const float near = 1.05f;
    float least = b->ms[0];
    int best = 0;
    for (int i = 1; i < b->n; i++)
        least = b->ms[i] < least ? b->ms[i] : least;
    while (b->ms[best] > near * least)
        best++;
    return best;
}

/* Reports a line per offer, for people who examine a new card. */
static void tell(ax_device *dev, const bench *b)
{
    static const char *const library[] = { "own", "cuDNN", "cuBLASLt" };
    char text[96];
    for (int i = 0; i < b->n; i++) {
        const ax_cuda_choice *c = &b->list[i];
        ax_cuda_add_notice(dev, "%s, %s: offer %d: %s %d, %s, %.1f MiB, %.2f us", ax_cuda_conv_text(&c->shape, text),
                           ax_cuda_conv_direction(c->direction), i + 1, library[c->library], c->algorithm,
                           ax_cuda_conv_mathematics(dev, c->bf16, c->library == AX_CUDA_BLAS, c->math),
                           (double)c->work / (1 << 20), 1e3 * (double)b->ms[i] / CALLS);
    }
}

/* *n: number of offers that run, the best first; *measured: by timing. If the device lacks memory for trials, the
   library's first offer is taken. */
static ax_code sort_out(ax_device *dev, ax_cuda_conv *p, ax_cuda_choice *list, int *n, bool *measured, ax_err *why,
                        ax_err *err)
{
    bench b = { .p = p, .list = list, .n = *n };
    size_t space = p->space;
    bool record = dev->tune && *n > 1;
    ax_err no_memory = { AX_OK, "" };
    ax_code code = open_bench(dev, &b, &no_memory);
    if (code == AX_ENOMEM) {
        close_bench(dev, &b);
        return AX_OK;
    }
    if (code != AX_OK)
        *err = no_memory;
    if (code == AX_OK)
        code = try_all(dev, &b, record, why, err);
    *measured = code == AX_OK && record && b.n > 1;
    if (*measured)
        code = make_events(dev, &b, err);
    if (*measured && code == AX_OK)
        code = measure(dev, &b, err);
    if (*measured && code == AX_OK && dev->tell)
        tell(dev, &b);
    if (*measured && code == AX_OK)
        list[0] = list[fastest(&b)];
    *n = b.n;
    close_bench(dev, &b);
    p->space = space;
    return code;
}

/* ---- choice ---- */

/* Our own kernels: correct first, fast second. */
static void note_own(ax_device *dev, const ax_cuda_choice *c, int offers, const ax_err *why)
{
    char text[96];
    ax_cuda_conv_text(&c->shape, text);
    if (offers)
        ax_cuda_add_notice(dev, "%s, %s: our own kernel, which may be slow, since none of %d offers runs: %s", text,
                           ax_cuda_conv_direction(c->direction), offers, why->msg);
    else
        ax_cuda_add_notice(
            dev,
            "%s, %s: our own kernel, which may be slow, since no library has one that gives the same bits each "
            "time within %zu MiB",
            text, ax_cuda_conv_direction(c->direction), dev->workspace >> 20);
}

static ax_code choose(ax_device *dev, ax_cuda_conv *p, ax_cuda_choice *c, ax_err *err)
{
    ax_cuda_choice list[AX_CUDA_OFFERS];
    ax_err why = { AX_OK, "" };
    int n = 0, offers;
    bool measured = false;
    ax_code code = ax_cuda_gemm_fits(dev, p) ? ax_cuda_gemm_offers(dev, p, c, list, &n, err) : AX_OK;
    if (code == AX_OK)
        code = ax_cuda_dnn_offers(dev, p, c, list, &n, err);
    offers = n;
    if (code == AX_OK && n)
        code = sort_out(dev, p, list, &n, &measured, &why, err);
    if (code != AX_OK)
        return code;
    if (n)
        *c = list[0];
    else
        note_own(dev, c, offers, &why);
    code = measured ? ax_cuda_store_keep(dev, c, err) : AX_OK;
    return code == AX_OK ? ax_cuda_choice_add(dev, c, err) : code;
}

ax_code ax_cuda_choose(ax_device *dev, ax_cuda_conv *p, ax_cuda_direction d, bool bias, size_t *work, ax_err *err)
{
    ax_cuda_choice c = { .shape = p->g, .direction = d, .bias = bias, .bf16 = p->bf16, .library = AX_CUDA_OWN };
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
