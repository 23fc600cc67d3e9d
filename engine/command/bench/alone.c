/* Times a kernel by itself, with memory of its own: the fastest of several runs. */
#include "engine/base/clock.h"
#include "engine/base/rng.h"
#include "engine/command/bench/bench.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 65521 }; /* count of random numbers; a prime, so that neighbouring pixels differ */

typedef struct alone {
    const ax_bench_row *row;
    const ax_backend *be;
    ax_device *dev;
    const ax_kernel *kernel;
    ax_call call;
    bool prepared;
    float *normal, *positive; /* PIECE random numbers each */
    uint8_t *label;
    float *update[4];
    ax_update_now *now;
} alone;

static ax_code make_numbers(alone *a, uint32_t outputs, ax_err *err)
{
    ax_rng rng = ax_rng_new(1, 3);
    a->normal = malloc(PIECE * sizeof *a->normal);
    a->positive = malloc(PIECE * sizeof *a->positive);
    a->label = malloc(PIECE);
    if (!a->normal || !a->positive || !a->label)
        return ax_fail(err, AX_ENOMEM, "no memory for random numbers");
    for (size_t i = 0; i < PIECE; i++) {
        a->normal[i] = (float)ax_rng_normal(&rng);
        a->positive[i] = 0.5f + (float)ax_rng_uniform(&rng);
        a->label[i] = (uint8_t)ax_rng_below(&rng, outputs);
    }
    return AX_OK;
}

/* Device memory filled with repetitions of `from`, bytes long; NULL: err says why. */
static void *filled(const alone *a, size_t bytes, const void *from, size_t piece, ax_err *err)
{
    char *mem = a->be->alloc(a->dev, bytes, err);
    ax_code code = mem ? AX_OK : err->code;
    for (size_t at = 0; code == AX_OK && at < bytes; at += piece)
        code = a->be->copy(a->dev, mem + at, from, bytes - at < piece ? bytes - at : piece, AX_TO_DEVICE, err);
    if (code == AX_OK)
        return mem;
    a->be->release(a->dev, mem);
    return NULL;
}

/* Vectors get positive numbers, since some are variances; maps get normal ones. */
static ax_code fill_view(const alone *a, ax_operand *v, ax_err *err)
{
    if (!v->mem)
        return AX_OK;
    ax_shape s = v->type.shape;
    bool vector = s.n == 1 && s.h == 1 && s.w == 1, labels = v->type.dtype == AX_U8;
    const void *from = labels ? (const void *)a->label : vector ? a->positive : a->normal;
    v->mem = filled(a, ax_type_bytes(v->type), from, labels ? PIECE : PIECE * sizeof(float), err);
    return v->mem ? AX_OK : err->code;
}

static ax_code init_call(alone *a, ax_err *err)
{
    const ax_call *want = &a->row->call;
    a->call = *want;
    for (uint32_t i = 0; i < a->call.n_in; i++)
        a->call.in[i].mem = NULL;
    for (uint32_t i = 0; i < a->call.n_out; i++)
        a->call.out[i].mem = NULL;
    a->kernel = want->backward ? &a->be->backward[want->op] : &a->be->forward[want->op];
    uint32_t outputs = want->n_in && want->in[0].type.shape.c < AX_IGNORE ? (uint32_t)want->in[0].type.shape.c : 1;
    ax_code code = make_numbers(a, outputs, err);
    for (uint32_t i = 0; code == AX_OK && i < a->call.n_in; i++) {
        a->call.in[i].mem = want->in[i].mem;
        code = fill_view(a, &a->call.in[i], err);
    }
    for (uint32_t i = 0; code == AX_OK && i < a->call.n_out; i++)
        if (want->out[i].mem && !(a->call.out[i].mem = a->be->alloc(a->dev, ax_type_bytes(want->out[i].type), err)))
            code = err->code;
    size_t work = 0;
    if (code == AX_OK && a->kernel->prepare)
        code = a->kernel->prepare(a->dev, &a->call, &work, err);
    a->prepared = code == AX_OK;
    if (code == AX_OK && work && !(a->call.work = a->be->alloc(a->dev, work, err)))
        code = err->code;
    return code;
}

static ax_code init_update(alone *a, ax_err *err)
{
    ax_code code = make_numbers(a, 1, err);
    for (int i = 0; code == AX_OK && i < 4; i++)
        if (!(a->update[i] = filled(a, a->row->n * sizeof(float), a->positive, PIECE * sizeof(float), err)))
            code = err->code;
    if (code == AX_OK && !(a->now = a->be->alloc(a->dev, sizeof *a->now, err)))
        code = err->code;
    return code == AX_OK ? a->be->copy(a->dev, a->now, &ax_bench_update_now, sizeof *a->now, AX_TO_DEVICE, err) : code;
}

static void release(alone *a)
{
    if (a->prepared && a->kernel->discard)
        a->kernel->discard(a->dev, &a->call);
    for (uint32_t i = 0; i < a->call.n_in; i++)
        a->be->release(a->dev, a->call.in[i].mem);
    for (uint32_t i = 0; i < a->call.n_out; i++)
        a->be->release(a->dev, a->call.out[i].mem);
    a->be->release(a->dev, a->call.work);
    for (int i = 0; i < 4; i++)
        a->be->release(a->dev, a->update[i]);
    a->be->release(a->dev, a->now);
    free(a->normal);
    free(a->positive);
    free(a->label);
}

static ax_code run(void *context, ax_err *err)
{
    alone *a = context;
    const ax_bench_row *r = a->row;
    ax_code code =
        r->update ? r->update->run(a->be, a->dev, a->update, a->now, r->n, err) : a->kernel->run(a->dev, &a->call, err);
    return code == AX_OK ? a->be->sync(a->dev, err) : code;
}

ax_code ax_bench_least(ax_code (*function)(void *context, ax_err *err), void *context, ax_bench_effort effort,
                       double *seconds, ax_err *err)
{
    enum { MOST = 1000 };
    double start = ax_clock(), all = 0;
    ax_code code = function(context, err);
    *seconds = ax_clock() - start;
    for (int32_t i = 0; code == AX_OK && (i < effort.runs || (all < 1e-3 * effort.ms && i < MOST)); i++) {
        start = ax_clock();
        code = function(context, err);
        double took = ax_clock() - start;
        *seconds = !i || took < *seconds ? took : *seconds;
        all += took;
    }
    return code;
}

ax_code ax_bench_alone(const ax_bench_row *row, const ax_backend *be, ax_device *dev, ax_bench_effort effort,
                       double *seconds, ax_explanation *said, ax_err *err)
{
    alone a = { .row = row, .be = be, .dev = dev };
    ax_code code = row->update ? init_update(&a, err) : init_call(&a, err);
    if (code == AX_OK)
        code = ax_bench_least(run, &a, effort, seconds, err);
    if (code == AX_OK && said && a.kernel && a.kernel->explain)
        a.kernel->explain(dev, &a.call, said);
    release(&a);
    return code;
}
