/* Dense convolution by plain loops: slow, but for any kernel, stride, dilation and size. */
#include "engine/backend/cpu/conv.h"

#include <string.h>

static bool fits(const ax_device *dev, const ax_conv *c)
{
    (void)dev;
    return c->groups == 1;
}

static double cost(const ax_device *dev, const ax_conv *c)
{
    (void)dev;
    const double slower = 8; /* relative to full speed: a load and a store for every vector of products */
    return slower * ax_conv_macs(c);
}

static size_t weight_floats(const ax_conv_shape *g)
{
    return (size_t)g->kernel * (size_t)g->kernel * (size_t)g->ci * (size_t)g->co;
}

/* Scratch: the transposed weights, or a sum of their gradients per task. */
static ax_code prepare(ax_device *dev, ax_conv *c, size_t *work, ax_err *err)
{
    (void)err;
    size_t one = weight_floats(&c->shape);
    *work = ax_conv_work(c, one * (c->passes & AX_CONV_WEIGHTS ? (size_t)dev->threads : 1), one);
    return AX_OK;
}

/* OIHW to {k,k,ci,co} or {k,k,co,ci}. */
static void turn_weights(const ax_conv_shape *g, const float *w, bool outputs_last, float *to)
{
    size_t kk = (size_t)g->kernel * (size_t)g->kernel, ci = (size_t)g->ci, co = (size_t)g->co;
    for (size_t o = 0; o < co; o++)
        for (size_t i = 0; i < ci; i++)
            for (size_t k = 0; k < kk; k++)
                to[k * ci * co + (outputs_last ? i * co + o : o * ci + i)] = w[(o * ci + i) * kk + k];
}

static void forward_rows(const ax_device *dev, const ax_conv_shape *g, const ax_conv_memory *m, const float *w,
                         size_t image, int32_t first, int32_t last)
{
    const size_t in = (size_t)g->h * (size_t)g->w * (size_t)g->ci, row = (size_t)g->ow * (size_t)g->co,
                 y = image * (size_t)g->oh * row, at = y + (size_t)first * row;
    dev->k->dense_forward(g, m->x + image * in, w, m->e ? m->e->bias : NULL, m->y + y, first, last);
    if (!m->e)
        return;
    ax_epilogue rest = *m->e;
    rest.bias = NULL;
    dev->k->finish(&rest, m->y + at, m->y + at, at, (size_t)(last - first) * (size_t)g->ow, g->co);
}

/* A pass writes to y, dx, or a task's sums. */
typedef struct pass {
    const ax_conv_shape *g;
    unsigned which; /* of AX_CONV_* */
    const ax_conv_memory *m;
    const float *w;
    float *sums;
} pass;

static size_t rows_of(const pass *p)
{
    return (size_t)(p->which == AX_CONV_DATA ? p->g->h : p->g->oh);
}

AX_CPU_WORK(do_rows)
{
    const pass *p = job;
    const ax_conv_shape *g = p->g;
    const ax_conv_memory *m = p->m;
    const size_t in = (size_t)g->h * (size_t)g->w * (size_t)g->ci, out = (size_t)g->oh * (size_t)g->ow * (size_t)g->co;
    ax_cpu_part r;
    while (ax_cpu_next_part(&lo, hi, rows_of(p), &r)) {
        size_t x = r.image * in, y = r.image * out;
        int32_t first = (int32_t)r.first, last = (int32_t)r.last;
        if (p->which == AX_CONV_FORWARD)
            forward_rows(dev, g, m, p->w, r.image, first, last);
        else if (p->which == AX_CONV_DATA)
            dev->k->dense_backward_data(g, m->dy + y, p->w, m->dx + x, first, last);
        else
            dev->k->dense_backward_weights(g, m->x + x, m->dy + y, p->sums + (size_t)task * weight_floats(g), first,
                                           last);
    }
}

/* Splits the images' rows into one range per task. */
static void each_rows(ax_device *dev, const pass *p)
{
    ax_cpu_parallel_for(dev, dev->threads, (size_t)p->m->n * rows_of(p), 1, do_rows, p);
}

static void sum_weights(const ax_conv_shape *g, const float *sums, int T, float *dw)
{
    size_t kk = (size_t)g->kernel * (size_t)g->kernel, ci = (size_t)g->ci, co = (size_t)g->co;
    for (size_t o = 0; o < co; o++)
        for (size_t i = 0; i < ci; i++)
            for (size_t k = 0; k < kk; k++) {
                double s = 0.0;
                for (int t = 0; t < T; t++)
                    s += (double)sums[(size_t)t * kk * ci * co + (k * ci + i) * co + o];
                dw[(o * ci + i) * kk + k] = (float)s;
            }
}

static void run(ax_device *dev, const ax_conv *c, const ax_conv_memory *m)
{
    const ax_conv_shape *g = &c->shape;
    float *work = m->work;
    if (c->passes & AX_CONV_FORWARD) {
        if (!m->ready)
            turn_weights(g, m->w, true, ax_conv_packed(m));
        each_rows(dev, &(pass) { g, AX_CONV_FORWARD, m, ax_conv_packed(m), NULL });
    }
    if (c->passes & AX_CONV_WEIGHTS) {
        memset(work, 0, (size_t)dev->threads * weight_floats(g) * sizeof *work);
        each_rows(dev, &(pass) { g, AX_CONV_WEIGHTS, m, NULL, work });
        sum_weights(g, work, dev->threads, m->dw);
    }
    if (c->passes & AX_CONV_DATA) {
        turn_weights(g, m->w, false, work);
        each_rows(dev, &(pass) { g, AX_CONV_DATA, m, work, NULL });
    }
}

const ax_conv_impl ax_conv_plain = { .name = "plain", .fits = fits, .cost = cost, .prepare = prepare, .run = run };
