/* Batch norm. Forward: statistics, then one pass that normalises and activates. Backward: sums, then one pass that
   writes. Sums are kept per task in double and added in task order. */
#include "engine/backend/cpu/device.h"

#include <math.h>
#include <string.h>

/* Scratch: two sums per task and channel, then five coefficients per channel. */
static size_t sums_bytes(const ax_device *dev, size_t c)
{
    return ax_cpu_align(2 * (size_t)dev->threads * c * sizeof(double));
}

AX_CPU_PREPARE(ax_cpu_bnorm_prepare)
{
    (void)err;
    size_t c = (size_t)call->in[0].type.shape.c;
    *work = sums_bytes(dev, c) + 4 * ax_cpu_align(c * sizeof(float));
    return AX_OK;
}

typedef struct scratch {
    double *sums; /* task t: two vectors, [2tc, 2tc + c) and the c behind */
    float *f[4];
} scratch;

static scratch scratch_of(const ax_device *dev, void *work, size_t c)
{
    scratch s = { .sums = work };
    char *at = (char *)work + sums_bytes(dev, c);
    for (int i = 0; i < 4; i++)
        s.f[i] = (float *)(void *)(at + (size_t)i * ax_cpu_align(c * sizeof(float)));
    return s;
}

static void reduce(double *sums, int tasks, size_t c)
{
    for (int t = 1; t < tasks; t++)
        for (size_t k = 0; k < 2 * c; k++)
            sums[k] += sums[(size_t)t * 2 * c + k];
}

typedef struct statistics {
    const ax_map *x;
    const float *shift;
    double *sums;
    size_t c;
} statistics;

AX_CPU_WORK(add_statistics)
{
    const statistics *s = job;
    double *sums = s->sums + 2 * (size_t)task * s->c;
    ax_cpu_maps(dev)->bn_stats(s->x + lo * s->c, s->shift, hi - lo, (int32_t)s->c, sums, sums + s->c);
}

/* Mean and biased variance of the batch; updates the running statistics. */
static void batch_statistics(ax_device *dev, const ax_call *call, double *sums, float *shift, float *mean, float *var)
{
    const ax_map *x = call->in[0].mem;
    size_t c = (size_t)call->in[0].type.shape.c, px = ax_shape_count(call->in[0].type.shape) / c;
    int T = ax_cpu_tasks(dev, px * c);
    memset(sums, 0, 2 * (size_t)T * c * sizeof *sums);
    /* shifts by the first pixel: any value of the channel's magnitude works */
    ax_cpu_maps(dev)->widen(x, shift, c);
    ax_cpu_parallel_for(dev, T, px, 1, add_statistics, &(statistics) { x, shift, sums, c });
    reduce(sums, T, c);
    float *running_mean = call->in[3].mem, *running_var = call->in[4].mem;
    double n = (double)px, unbias = px > 1 ? n / (n - 1.0) : 1.0, momentum = (double)call->attr.norm.momentum;
    for (size_t k = 0; k < c; k++) {
        double m = sums[k] / n, v = sums[c + k] / n - m * m;
        v = v < 0.0 ? 0.0 : v;
        m += (double)shift[k];
        mean[k] = (float)m;
        var[k] = (float)v;
        running_mean[k] = (float)((double)running_mean[k] + momentum * (m - (double)running_mean[k]));
        running_var[k] = (float)((double)running_var[k] + momentum * (v * unbias - (double)running_var[k]));
    }
}

/* The passes over the pixels: from x to y, and from dy, x and y (or NULL) to sums and dx. */
typedef struct pass {
    const ax_bn *bn;
    const ax_map *dy, *x, *y;
    ax_map *to;
    double *sums;
} pass;

AX_CPU_WORK(apply)
{
    const pass *p = job;
    const size_t at = lo * (size_t)p->bn->c;
    ax_cpu_maps(dev)->bn_apply(p->bn, p->x + at, p->to + at, hi - lo);
}

AX_CPU_RUN(ax_cpu_bnorm_forward)
{
    (void)err;
    size_t c = (size_t)call->in[0].type.shape.c, px = ax_shape_count(call->in[0].type.shape) / c;
    const float *gamma = call->in[1].mem, *beta = call->in[2].mem, *mean = call->in[3].mem, *var = call->in[4].mem;
    scratch s = scratch_of(dev, call->work, c);
    if (call->attr.norm.train) {
        batch_statistics(dev, call, s.sums, s.f[0], s.f[2], s.f[3]);
        mean = s.f[2], var = s.f[3];
    }
    float *a = s.f[0], *b = s.f[1], *out_mean = call->out[1].mem, *out_invstd = call->out[2].mem;
    for (size_t k = 0; k < c; k++) {
        double invstd = 1.0 / sqrt((double)var[k] + (double)call->attr.norm.eps);
        a[k] = (float)((double)gamma[k] * invstd);
        b[k] = beta[k];
        if (out_mean)
            out_mean[k] = mean[k];
        if (out_invstd)
            out_invstd[k] = (float)invstd;
    }
    if (!call->out[0].mem)
        return AX_OK;
    ax_bn bn = { .c = (int32_t)c, .act = call->attr.norm.act, .a = a, .b = b, .mean = mean };
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, px * c), px, 1, apply,
                        &(pass) { .bn = &bn, .x = call->in[0].mem, .to = call->out[0].mem });
    return AX_OK;
}

AX_CPU_WORK(add_gradients)
{
    const pass *p = job;
    const size_t c = (size_t)p->bn->c, at = lo * c;
    double *sums = p->sums + 2 * (size_t)task * c;
    ax_cpu_maps(dev)->bn_backward_sums(p->bn, p->dy + at, p->x + at, p->y ? p->y + at : NULL, hi - lo, sums, sums + c);
}

AX_CPU_WORK(apply_backward)
{
    const pass *p = job;
    const size_t at = lo * (size_t)p->bn->c;
    ax_cpu_maps(dev)->bn_backward_apply(p->bn, p->dy + at, p->x + at, p->y ? p->y + at : NULL, p->to + at, hi - lo);
}

/* in: dy, -, -, x, gamma, beta, -, -, y or -, mean, invstd. Without y the activation's mask is recomputed from x. Ioffe
   and Szegedy, 2015, section 3: dx = gamma invstd (g - mean(g) - xhat mean(g xhat)). */
AX_CPU_RUN(ax_cpu_bnorm_backward)
{
    (void)err;
    size_t c = (size_t)call->in[3].type.shape.c, px = ax_shape_count(call->in[3].type.shape) / c;
    const float *gamma = call->in[4].mem, *beta = call->in[5].mem, *mean = call->in[9].mem, *invstd = call->in[10].mem;
    scratch s = scratch_of(dev, call->work, c);
    float *a = s.f[0], *b = s.f[1], *k1 = s.f[2], *k0 = s.f[3];
    for (size_t k = 0; k < c; k++) {
        double f = (double)gamma[k] * (double)invstd[k];
        a[k] = (float)f;
        b[k] = beta ? beta[k] : 0.0f;
    }
    ax_bn bn = { .c = (int32_t)c, .act = call->attr.norm.act, .a = a, .b = b, .mean = mean, .k1 = k1, .k0 = k0 };
    int T = ax_cpu_tasks(dev, px * c);
    memset(s.sums, 0, 2 * (size_t)T * c * sizeof *s.sums);
    const pass p = { .bn = &bn,
                     .dy = call->in[0].mem,
                     .x = call->in[3].mem,
                     .y = call->in[8].mem,
                     .to = call->out[0].mem,
                     .sums = s.sums };
    ax_cpu_parallel_for(dev, T, px, 1, add_gradients, &p);
    reduce(s.sums, T, c);
    float *dgamma = call->out[1].mem, *dbeta = call->out[2].mem;
    bool train = call->attr.norm.train;
    for (size_t k = 0; k < c; k++) {
        double sum = s.sums[k], sum_x = s.sums[c + k], n = (double)px, i = (double)invstd[k];
        if (dgamma)
            dgamma[k] = (float)(sum_x * i);
        if (dbeta)
            dbeta[k] = (float)sum;
        k1[k] = train ? (float)(-(double)gamma[k] * i * i * i * sum_x / n) : 0.0f;
        k0[k] = train ? (float)(-(double)gamma[k] * i * sum / n) : 0.0f;
    }
    if (p.to)
        ax_cpu_parallel_for(dev, T, px, 1, apply_backward, &p);
    return AX_OK;
}
