/* Dense convolution by our own loops: the few shapes that oneDNN serves badly or wrongly. */
#include "engine/backend/cpu/device.h"

#include <string.h>

ax_conv_shape ax_cpu_conv_shape(const ax_call *call)
{
    ax_shape x = call->in[call->backward ? 1 : 0].type.shape;
    ax_shape y = call->backward ? call->in[0].type.shape : call->out[0].type.shape;
    return (ax_conv_shape) { .h = x.h,
                             .w = x.w,
                             .ci = x.c,
                             .oh = y.h,
                             .ow = y.w,
                             .co = y.c,
                             .kernel = call->attr.conv.kernel,
                             .stride = call->attr.conv.stride,
                             .pad = call->attr.conv.pad,
                             .dilation = call->attr.conv.dilation };
}

static size_t weight_floats(const ax_conv_shape *g)
{
    return (size_t)g->kernel * (size_t)g->kernel * (size_t)g->ci * (size_t)g->co;
}

/* Scratch: the weights turned, or a sum of their gradients per task; for the bias a sum per task in double. */
AX_CPU_PREPARE(ax_cpu_plain_prepare)
{
    (void)err;
    ax_conv_shape g = ax_cpu_conv_shape(call);
    size_t weights = weight_floats(&g) * sizeof(float) * (call->backward ? (size_t)dev->threads : 1);
    size_t bias = call->backward ? (size_t)dev->threads * (size_t)g.co * sizeof(double) : 0;
    *work = weights > bias ? weights : bias;
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

enum { FORWARD, DATA, WEIGHTS };

/* Cuts n images of `rows` rows into one range per task. x and y are the feature maps on both sides. */
static void each_rows(ax_device *dev, const ax_conv_shape *g, int kind, int32_t n, float *x, const float *w,
                      const float *bias, float *y, float *sums)
{
    size_t in = (size_t)g->h * (size_t)g->w * (size_t)g->ci, out = (size_t)g->oh * (size_t)g->ow * (size_t)g->co,
           rows = (size_t)(kind == DATA ? g->h : g->oh), total = (size_t)n * rows;
    int T = dev->threads;
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(total, 1, T, t, &lo, &hi);
        ax_cpu_part p;
        while (ax_cpu_next_part(&lo, hi, rows, &p)) {
            float *xi = x + p.image * in, *yi = y + p.image * out;
            if (kind == FORWARD)
                dev->k->dense_forward(g, xi, w, bias, yi, (int32_t)p.first, (int32_t)p.last);
            else if (kind == DATA)
                dev->k->dense_backward_data(g, yi, w, xi, (int32_t)p.first, (int32_t)p.last);
            else
                dev->k->dense_backward_weights(g, xi, yi, sums + (size_t)t * weight_floats(g), (int32_t)p.first,
                                               (int32_t)p.last);
        }
    }
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

AX_CPU_RUN(ax_cpu_plain_run)
{
    (void)err;
    ax_conv_shape g = ax_cpu_conv_shape(call);
    int32_t n = call->in[0].type.shape.n;
    float *work = call->work;
    if (!call->backward) {
        turn_weights(&g, call->in[1].mem, true, work);
        each_rows(dev, &g, FORWARD, n, call->in[0].mem, work, call->n_in == 3 ? call->in[2].mem : NULL,
                  call->out[0].mem, NULL);
        return AX_OK;
    }
    float *dy = call->in[0].mem;
    if (call->out[1].mem) {
        memset(work, 0, (size_t)dev->threads * weight_floats(&g) * sizeof *work);
        each_rows(dev, &g, WEIGHTS, n, call->in[1].mem, NULL, NULL, dy, work);
        sum_weights(&g, work, dev->threads, call->out[1].mem);
    }
    if (call->out[0].mem) {
        turn_weights(&g, call->in[2].mem, false, work);
        each_rows(dev, &g, DATA, n, call->out[0].mem, work, NULL, dy, NULL);
    }
    if (call->n_out > 2 && call->out[2].mem)
        ax_cpu_bias_gradient(dev, &call->in[0], call->out[2].mem, call->work);
    return AX_OK;
}
