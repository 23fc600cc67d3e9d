/* Direct convolution: stride 1, at most AX_DIRECT_TAPS taps. */
#include "engine/backend/cpu/conv.h"

#include <string.h>

static bool fits(const ax_device *dev, const ax_conv *c)
{
    (void)dev;
    return c->groups == 1 && c->shape.stride == 1 && c->shape.kernel * c->shape.kernel <= AX_DIRECT_TAPS;
}

static double cost(const ax_device *dev, const ax_conv *c)
{
    (void)dev;
    return ax_conv_macs(c);
}

/* Floats of the parts of the scratch for a convolution of ci to co channels: weights, zeros, bias. */
static size_t packed_floats(const ax_device *dev, const ax_conv_shape *g)
{
    return (size_t)g->kernel * (size_t)g->kernel * (size_t)g->ci *
           ax_cpu_round_up((size_t)g->co, (size_t)dev->k->lanes);
}

static size_t forward_floats(const ax_device *dev, const ax_conv_shape *g)
{
    return ax_cpu_round_up(packed_floats(dev, g), 16) + ax_cpu_round_up((size_t)g->ci, 16) +
           ax_cpu_round_up((size_t)g->co, 2 * (size_t)dev->k->lanes);
}

static size_t weight_floats(const ax_conv_shape *g)
{
    return (size_t)g->kernel * (size_t)g->kernel * (size_t)g->ci * (size_t)g->co;
}

/* The convolution that makes dx of dy. */
static ax_conv_shape turned(const ax_conv_shape *g)
{
    return (ax_conv_shape) { .h = g->oh,
                             .w = g->ow,
                             .ci = g->co,
                             .oh = g->h,
                             .ow = g->w,
                             .co = g->ci,
                             .kernel = g->kernel,
                             .stride = 1,
                             .pad = g->dilation * (g->kernel - 1) - g->pad,
                             .dilation = g->dilation };
}

static ax_code prepare(ax_device *dev, ax_conv *c, size_t *work, ax_err *err)
{
    (void)err;
    const ax_conv_shape *g = &c->shape, back = turned(g);
    size_t forward = c->passes & AX_CONV_FORWARD ? forward_floats(dev, g) : 0;
    size_t data = c->passes & AX_CONV_DATA ? forward_floats(dev, &back) : 0;
    size_t weights = c->passes & AX_CONV_WEIGHTS ? weight_floats(g) * (size_t)dev->threads : 0;
    size_t most = forward > data ? forward : data;
    *work = (most > weights ? most : weights) * sizeof(float);
    return AX_OK;
}

static void convolve(ax_device *dev, const ax_conv_shape *g, int32_t n, const float *x, const float *w, size_t so,
                     size_t si, bool turn, const float *bias, float *y, float *work)
{
    int32_t lanes = dev->k->lanes, blocks = (g->co + 2 * lanes - 1) / (2 * lanes);
    size_t per_channel = (size_t)g->kernel * (size_t)g->kernel * (size_t)g->ci;
    float *packed = work, *zeros = packed + ax_cpu_round_up(packed_floats(dev, g), 16),
          *filled = zeros + ax_cpu_round_up((size_t)g->ci, 16);
    memset(zeros, 0, (size_t)g->ci * sizeof *zeros);
    if (bias) {
        memset(filled, 0, ax_cpu_round_up((size_t)g->co, 2 * (size_t)lanes) * sizeof *filled);
        memcpy(filled, bias, (size_t)g->co * sizeof *filled);
    }
    size_t pixels = (size_t)g->oh * (size_t)g->ow, in = (size_t)g->h * (size_t)g->w * (size_t)g->ci,
           out = pixels * (size_t)g->co;
    int T = ax_cpu_tasks(dev, (size_t)n * pixels * per_channel * (size_t)g->co);
#pragma omp parallel for num_threads(T) schedule(static) if (per_channel * (size_t)g->co > 16384)
    for (int32_t b = 0; b < blocks; b++) {
        int32_t c0 = b * 2 * lanes, width = g->co - c0 > lanes ? 2 * lanes : lanes;
        ax_conv_pack(g, w, so, si, turn, c0, width, packed + (size_t)c0 * per_channel);
    }
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span((size_t)n * pixels, 12, T, t, &lo, &hi);
        ax_cpu_part p;
        while (ax_cpu_next_part(&lo, hi, pixels, &p))
            dev->k->direct_forward(g, x + p.image * in, packed, zeros, bias ? filled : NULL, y + p.image * out, p.first,
                                   p.last);
    }
}

static void weights(ax_device *dev, const ax_conv_shape *g, int32_t n, const float *x, const float *dy, float *dw,
                    float *sums)
{
    size_t rows = (size_t)n * (size_t)g->oh, in = (size_t)g->h * (size_t)g->w * (size_t)g->ci,
           out = (size_t)g->oh * (size_t)g->ow * (size_t)g->co, each = weight_floats(g);
    int T = ax_cpu_tasks(dev, rows * (size_t)g->ow * each);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        float *sum = sums + (size_t)t * each;
        memset(sum, 0, each * sizeof *sum);
        size_t lo, hi;
        ax_cpu_span(rows, 1, T, t, &lo, &hi);
        ax_cpu_part p;
        while (ax_cpu_next_part(&lo, hi, (size_t)g->oh, &p))
            dev->k->direct_backward_weights(g, x + p.image * in, dy + p.image * out, sum, (int32_t)p.first,
                                            (int32_t)p.last);
    }
    size_t kk = (size_t)g->kernel * (size_t)g->kernel, ci = (size_t)g->ci, co = (size_t)g->co;
    for (size_t o = 0; o < co; o++)
        for (size_t k = 0; k < kk; k++)
            for (size_t i = 0; i < ci; i++) {
                float s = 0.0f;
                for (int t = 0; t < T; t++)
                    s += sums[(size_t)t * each + (k * co + o) * ci + i];
                dw[(o * ci + i) * kk + k] = s;
            }
}

static void run(ax_device *dev, const ax_conv *c, const ax_conv_memory *m)
{
    const ax_conv_shape *g = &c->shape, back = turned(g);
    size_t kk = (size_t)g->kernel * (size_t)g->kernel, per_output = (size_t)g->ci * kk;
    if (c->passes & AX_CONV_FORWARD)
        convolve(dev, g, m->n, m->x, m->w, per_output, kk, false, m->bias, m->y, m->work);
    if (c->passes & AX_CONV_DATA)
        convolve(dev, &back, m->n, m->dy, m->w, kk, per_output, true, NULL, m->dx, m->work);
    if (c->passes & AX_CONV_WEIGHTS)
        weights(dev, g, m->n, m->x, m->dy, m->dw, m->work);
}

const ax_conv_impl ax_conv_direct = { .name = "direct", .fits = fits, .cost = cost, .prepare = prepare, .run = run };
