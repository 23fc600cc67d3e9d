/* Depthwise convolution: splits the rows of the batch into one range per task. */
#include "engine/backend/cpu/conv.h"

#include <string.h>

static ax_dw geometry(const ax_conv *c)
{
    const ax_conv_shape *s = &c->shape;
    return (ax_dw) { .h = s->h,
                     .w = s->w,
                     .c = s->ci,
                     .oh = s->oh,
                     .ow = s->ow,
                     .kernel = s->kernel,
                     .stride = s->stride,
                     .pad = s->pad,
                     .dilation = s->dilation };
}

static bool fits(const ax_device *dev, const ax_conv *c)
{
    (void)dev;
    return c->groups > 1 && c->groups == (uint32_t)c->shape.ci && c->shape.ci == c->shape.co;
}

static double cost(const ax_device *dev, const ax_conv *c)
{
    (void)dev;
    return ax_conv_macs(c);
}

static size_t weight_floats(const ax_dw *g)
{
    return ax_cpu_align_floats((size_t)g->kernel * (size_t)g->kernel * (size_t)g->c);
}

/* The gradient of the input for stride 1: a convolution of dy with the rotated kernel. */
static ax_dw turned(const ax_dw *g)
{
    ax_dw b = *g;
    b.h = g->oh, b.w = g->ow, b.oh = g->h, b.ow = g->w;
    b.pad = g->dilation * (g->kernel - 1) - g->pad;
    return b;
}

/* Scratch: the weights as {k,k,C}, or a sum of gradients per task. */
static ax_code prepare(ax_device *dev, ax_conv *c, size_t *work, ax_err *err)
{
    (void)err;
    ax_dw g = geometry(c);
    *work = ax_conv_work(c, weight_floats(&g) * (c->passes & AX_CONV_WEIGHTS ? (size_t)dev->threads : 1),
                         weight_floats(&g));
    return AX_OK;
}

/* {C,k,k} to {k,k,C}, rotated by 180 degrees if requested. */
static void transpose_weights(const ax_dw *g, const float *w, bool turn, float *out)
{
    int32_t kk = g->kernel * g->kernel;
    for (int32_t i = 0; i < kk; i++)
        for (int32_t c = 0; c < g->c; c++)
            out[(size_t)i * (size_t)g->c + (size_t)c] = w[(size_t)c * (size_t)kk + (size_t)(turn ? kk - 1 - i : i)];
}

/* A pass over the rows of a batch: x, weights {k,k,C} and dy, and what it makes of two of them. */
typedef struct pass {
    const ax_dw *g;
    const ax_map *x, *dy;
    const float *w;
    const ax_epilogue *e;
    ax_map *y, *dx;
    float *sums; /* of the weights' gradients, per task */
} pass;

static size_t input_elements(const ax_dw *g)
{
    return (size_t)g->h * (size_t)g->w * (size_t)g->c;
}
static size_t output_elements(const ax_dw *g)
{
    return (size_t)g->oh * (size_t)g->ow * (size_t)g->c;
}

AX_CPU_WORK(forward_rows)
{
    const pass *p = job;
    const size_t in = input_elements(p->g), out = output_elements(p->g);
    ax_cpu_part r;
    while (ax_cpu_next_part(&lo, hi, (size_t)p->g->oh, &r)) {
        ax_epilogue own = p->e ? *p->e : (ax_epilogue) { 0 };
        for (int i = 0; i < AX_MAX_SUMMANDS && own.add[i]; i++)
            own.add[i] += r.image * out;
        ax_cpu_maps(dev)->dw_forward(p->g, p->x + r.image * in, p->w, &own, p->y + r.image * out, (int32_t)r.first,
                                     (int32_t)r.last);
    }
}

static void run_forward(ax_device *dev, const ax_dw *g, int32_t n, const ax_map *x, const float *w,
                        const ax_epilogue *e, ax_map *y)
{
    const pass p = { .g = g, .x = x, .w = w, .e = e, .y = y };
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, (size_t)n * output_elements(g)), (size_t)n * (size_t)g->oh, 1,
                        forward_rows, &p);
}

AX_CPU_WORK(data_rows)
{
    const pass *p = job;
    const size_t in = input_elements(p->g), out = output_elements(p->g);
    ax_cpu_part r;
    while (ax_cpu_next_part(&lo, hi, (size_t)p->g->h, &r))
        ax_cpu_maps(dev)->dw_backward_data(p->g, p->dy + r.image * out, p->w, p->dx + r.image * in, (int32_t)r.first,
                                           (int32_t)r.last);
}

static void run_backward_data(ax_device *dev, const ax_dw *g, int32_t n, const ax_map *dy, const float *w, ax_map *dx)
{
    const pass p = { .g = g, .dy = dy, .w = w, .dx = dx };
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, (size_t)n * input_elements(g)), (size_t)n * (size_t)g->h, 1, data_rows,
                        &p);
}

AX_CPU_WORK(weight_rows)
{
    const pass *p = job;
    const size_t in = input_elements(p->g), out = output_elements(p->g);
    ax_cpu_part r;
    while (ax_cpu_next_part(&lo, hi, (size_t)p->g->oh, &r))
        ax_cpu_maps(dev)->dw_backward_weights(p->g, p->x + r.image * in, p->dy + r.image * out,
                                              p->sums + (size_t)task * weight_floats(p->g), (int32_t)r.first,
                                              (int32_t)r.last);
}

static void run_backward_weights(ax_device *dev, const ax_dw *g, int32_t n, const ax_map *x, const ax_map *dy,
                                 float *dw, float *sums)
{
    const pass p = { .g = g, .x = x, .dy = dy, .sums = sums };
    const size_t each = weight_floats(g);
    const int T = ax_cpu_tasks(dev, (size_t)n * output_elements(g));
    memset(sums, 0, (size_t)T * each * sizeof *sums);
    ax_cpu_parallel_for(dev, T, (size_t)n * (size_t)g->oh, 1, weight_rows, &p);
    size_t kk = (size_t)g->kernel * (size_t)g->kernel, c = (size_t)g->c;
    for (size_t k = 0; k < c; k++)
        for (size_t i = 0; i < kk; i++) {
            double s = 0.0;
            for (int t = 0; t < T; t++)
                s += (double)sums[(size_t)t * each + i * c + k];
            dw[k * kk + i] = (float)s;
        }
}

/* With stride 1, a convolution of dy with the rotated kernel. */
static void run_data(ax_device *dev, const ax_dw *g, const ax_conv_memory *m)
{
    if (g->stride == 1) {
        ax_dw back = turned(g);
        transpose_weights(g, m->w, true, m->work);
        run_forward(dev, &back, m->n, m->dy, m->work, NULL, m->dx);
    } else {
        transpose_weights(g, m->w, false, m->work);
        run_backward_data(dev, g, m->n, m->dy, m->work, m->dx);
    }
}

static void run(ax_device *dev, const ax_conv *c, const ax_conv_memory *m)
{
    ax_dw g = geometry(c);
    if (c->passes & AX_CONV_FORWARD) {
        if (!m->ready)
            transpose_weights(&g, m->w, false, ax_conv_packed(m));
        run_forward(dev, &g, m->n, m->x, ax_conv_packed(m), m->e, m->y);
    }
    if (c->passes & AX_CONV_WEIGHTS)
        run_backward_weights(dev, &g, m->n, m->x, m->dy, m->dw, m->work);
    if (c->passes & AX_CONV_DATA)
        run_data(dev, &g, m);
}

static void rows(const ax_device *dev, const ax_conv *c, const ax_conv_rows *m)
{
    ax_dw g = geometry(c);
    g.ring = m->ring;
    g.from = m->r0;
    ax_cpu_maps(dev)->dw_forward(&g, m->x, m->packed, m->e, m->y, m->r0, m->r1);
}

const ax_conv_impl ax_conv_depthwise = {
    .name = "depthwise", .fits = fits, .cost = cost, .prepare = prepare, .run = run, .rows = rows
};
