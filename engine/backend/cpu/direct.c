#include "engine/backend/cpu/direct.h"

#include <string.h>

bool ax_cpu_direct_fits(const ax_attr *attr)
{
    return attr->conv.stride == 1 && attr->conv.kernel * attr->conv.kernel <= AX_DIRECT_TAPS;
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

size_t ax_cpu_direct_work(const ax_device *dev, const ax_conv_shape *g)
{
    ax_conv_shape back = turned(g);
    size_t a = forward_floats(dev, g), b = forward_floats(dev, &back), c = weight_floats(g) * (size_t)dev->threads;
    a = a > b ? a : b;
    return (a > c ? a : c) * sizeof(float);
}

void ax_cpu_pack_block(const ax_conv_shape *g, const float *w, size_t so, size_t si, bool turn, int32_t c0,
                       int32_t width, float *to)
{
    size_t kk = (size_t)g->kernel * (size_t)g->kernel, ci = (size_t)g->ci;
    size_t n = (size_t)(g->co - c0 < width ? g->co - c0 : width), full = (size_t)width;
    for (size_t k = 0; k < kk; k++)
        for (size_t i = 0; i < ci; i++, to += full) {
            const float *from = w + (size_t)c0 * so + i * si + (turn ? kk - 1 - k : k);
            for (size_t o = 0; o < n; o++)
                to[o] = from[o * so];
            for (size_t o = n; o < full; o++)
                to[o] = 0.0f;
        }
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
        ax_cpu_pack_block(g, w, so, si, turn, c0, width, packed + (size_t)c0 * per_channel);
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

void ax_cpu_direct_forward(ax_device *dev, const ax_conv_shape *g, int32_t n, const float *x, const float *w,
                           const float *bias, float *y, void *work)
{
    size_t kk = (size_t)g->kernel * (size_t)g->kernel;
    convolve(dev, g, n, x, w, (size_t)g->ci * kk, kk, false, bias, y, work);
}

void ax_cpu_direct_data(ax_device *dev, const ax_conv_shape *g, int32_t n, const float *dy, const float *w, float *dx,
                        void *work)
{
    ax_conv_shape back = turned(g);
    size_t kk = (size_t)g->kernel * (size_t)g->kernel;
    convolve(dev, &back, n, dy, w, kk, (size_t)g->ci * kk, true, NULL, dx, work);
}

void ax_cpu_direct_weights(ax_device *dev, const ax_conv_shape *g, int32_t n, const float *x, const float *dy,
                           float *dw, void *work)
{
    float *sums = work;
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
