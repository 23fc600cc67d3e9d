/* Depthwise convolution: cuts the rows of the batch into one range per task. */
#include "engine/backend/cpu/device.h"

#include <string.h>

static ax_dw geometry(const ax_call *call)
{
    ax_conv_shape s = ax_cpu_conv_shape(call);
    return (ax_dw) { s.h, s.w, s.ci, s.oh, s.ow, s.kernel, s.stride, s.pad, s.dilation };
}

static size_t weight_floats(const ax_dw *g)
{
    return ax_cpu_align_floats((size_t)g->kernel * (size_t)g->kernel * (size_t)g->c);
}

/* The convolution of dy with the kernel turned round that gives the gradient of the input, for stride 1. */
static ax_dw turned(const ax_dw *g)
{
    ax_dw b = *g;
    b.h = g->oh, b.w = g->ow, b.oh = g->h, b.ow = g->w;
    b.pad = g->dilation * (g->kernel - 1) - g->pad;
    return b;
}

/* Scratch: the weights as {k,k,C}, or a sum of gradients per task. For the bias, a sum per task in double. */
AX_CPU_PREPARE(ax_cpu_dw_prepare)
{
    ax_dw g = geometry(call);
    if (call->attr.conv.groups != (uint32_t)g.c)
        return ax_fail(err, AX_EINVAL, "conv2d: %u groups for %d channels: groups must be 1 or the channels",
                       call->attr.conv.groups, g.c);
    size_t weights = weight_floats(&g) * (call->backward ? (size_t)dev->threads : 1) * sizeof(float);
    size_t bias =
        call->backward && call->n_out > 2 && call->out[2].mem ? (size_t)dev->threads * (size_t)g.c * sizeof(double) : 0;
    *work = weights > bias ? weights : bias;
    return AX_OK;
}

/* {C,k,k} to {k,k,C}, turned round (180 degrees) if asked. */
static void transpose_weights(const ax_dw *g, const float *w, bool turn, float *out)
{
    int32_t kk = g->kernel * g->kernel;
    for (int32_t i = 0; i < kk; i++)
        for (int32_t c = 0; c < g->c; c++)
            out[(size_t)i * (size_t)g->c + (size_t)c] = w[(size_t)c * (size_t)kk + (size_t)(turn ? kk - 1 - i : i)];
}

static void run_forward(ax_device *dev, const ax_dw *g, int32_t n, const float *x, const float *w, const float *bias,
                        float *y)
{
    size_t rows = (size_t)n * (size_t)g->oh, in = (size_t)g->h * (size_t)g->w * (size_t)g->c,
           out = (size_t)g->oh * (size_t)g->ow * (size_t)g->c;
    int T = ax_cpu_tasks(dev, (size_t)n * out);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(rows, 1, T, t, &lo, &hi);
        ax_cpu_part p;
        while (ax_cpu_next_part(&lo, hi, (size_t)g->oh, &p))
            dev->k->dw_forward(g, x + p.image * in, w, bias, y + p.image * out, (int32_t)p.first, (int32_t)p.last);
    }
}

static void run_backward_data(ax_device *dev, const ax_dw *g, int32_t n, const float *dy, const float *w, float *dx)
{
    size_t rows = (size_t)n * (size_t)g->h, in = (size_t)g->h * (size_t)g->w * (size_t)g->c,
           out = (size_t)g->oh * (size_t)g->ow * (size_t)g->c;
    int T = ax_cpu_tasks(dev, (size_t)n * in);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(rows, 1, T, t, &lo, &hi);
        ax_cpu_part p;
        while (ax_cpu_next_part(&lo, hi, (size_t)g->h, &p))
            dev->k->dw_backward_data(g, dy + p.image * out, w, dx + p.image * in, (int32_t)p.first, (int32_t)p.last);
    }
}

static void run_backward_weights(ax_device *dev, const ax_dw *g, int32_t n, const float *x, const float *dy, float *dw,
                                 float *sums)
{
    size_t rows = (size_t)n * (size_t)g->oh, in = (size_t)g->h * (size_t)g->w * (size_t)g->c,
           out = (size_t)g->oh * (size_t)g->ow * (size_t)g->c, each = weight_floats(g);
    int T = ax_cpu_tasks(dev, (size_t)n * out);
    memset(sums, 0, (size_t)T * each * sizeof *sums);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(rows, 1, T, t, &lo, &hi);
        ax_cpu_part p;
        while (ax_cpu_next_part(&lo, hi, (size_t)g->oh, &p))
            dev->k->dw_backward_weights(g, x + p.image * in, dy + p.image * out, sums + (size_t)t * each,
                                        (int32_t)p.first, (int32_t)p.last);
    }
    size_t kk = (size_t)g->kernel * (size_t)g->kernel, c = (size_t)g->c;
    for (size_t k = 0; k < c; k++)
        for (size_t i = 0; i < kk; i++) {
            double s = 0.0;
            for (int t = 0; t < T; t++)
                s += (double)sums[(size_t)t * each + i * c + k];
            dw[k * kk + i] = (float)s;
        }
}

AX_CPU_RUN(ax_cpu_dw_run)
{
    (void)err;
    ax_dw g = geometry(call);
    int32_t n = call->in[0].type.shape.n;
    float *work = call->work;
    if (!call->backward) {
        transpose_weights(&g, call->in[1].mem, false, work);
        run_forward(dev, &g, n, call->in[0].mem, work, call->n_in == 3 ? call->in[2].mem : NULL, call->out[0].mem);
        return AX_OK;
    }
    const float *dy = call->in[0].mem;
    if (call->out[1].mem)
        run_backward_weights(dev, &g, n, call->in[1].mem, dy, call->out[1].mem, work);
    if (call->out[0].mem && g.stride == 1) {
        /* a convolution of dy with the kernel turned round */
        ax_dw b = turned(&g);
        transpose_weights(&g, call->in[2].mem, true, work);
        run_forward(dev, &b, n, dy, work, NULL, call->out[0].mem);
    } else if (call->out[0].mem) {
        transpose_weights(&g, call->in[2].mem, false, work);
        run_backward_data(dev, &g, n, dy, work, call->out[0].mem);
    }
    if (call->n_out > 2 && call->out[2].mem) {
        ax_shape s = call->in[0].type.shape;
        ax_shape all = { 1, s.n, s.h * s.w, s.c };
        ax_cpu_image_sums(dev, dy, all, 1.0f, call->out[2].mem, call->work);
    }
    return AX_OK;
}
