#include "engine/backend/cpu/pointwise.h"

#include "engine/backend/cpu/direct.h"

#include <string.h>

typedef struct shape {
    size_t px;
    int32_t ci, co;
} shape;

static shape shape_of(const ax_call *call)
{
    ax_shape x = call->in[call->backward ? 1 : 0].type.shape;
    ax_shape y = call->backward ? call->in[0].type.shape : call->out[0].type.shape;
    return (shape) { (size_t)x.n * (size_t)x.h * (size_t)x.w, x.c, y.c };
}

/* Whole vectors, or at the end one and a half. */
static bool vectors(int32_t channels, int32_t lanes)
{
    int32_t rest = channels % (2 * lanes);
    return rest == 0 || rest == lanes || rest == lanes + lanes / 2;
}

bool ax_cpu_pointwise_fits(const ax_device *dev, const ax_call *call)
{
    shape s = shape_of(call);
    bool bias = call->backward ? call->n_out > 2 && call->out[2].mem : call->n_in > 2;
    return call->attr.conv.kernel == 1 && call->attr.conv.stride == 1 && call->attr.conv.pad == 0 && !bias &&
           vectors(s.ci, dev->k->lanes) && vectors(s.co, dev->k->lanes);
}

static size_t weight_floats(shape s)
{
    return ax_cpu_align_floats((size_t)s.ci * (size_t)s.co);
}
/* Rows at the end of a task's range that don't fill the registers are done in a buffer. */
static size_t edge_floats(shape s)
{
    return ax_cpu_align_floats(AX_MATMUL_ROWS * ((size_t)s.ci + (size_t)s.co));
}

/* Weights for one direction, then per task: the edge, and backward the sum of gradients. */
size_t ax_cpu_pointwise_work(const ax_device *dev, const ax_call *call)
{
    shape s = shape_of(call);
    size_t sums = call->backward && call->out[1].mem ? weight_floats(s) : 0;
    return (weight_floats(s) + (size_t)dev->threads * (edge_floats(s) + sums)) * sizeof(float);
}

/* {rows}{columns} in a matrix product's blocks; element (r, c) of w is at r * sr + c * sc. */
static void pack(const ax_device *dev, const float *w, int32_t rows, int32_t columns, size_t sr, size_t sc, float *u)
{
    int T = ax_cpu_tasks(dev, (size_t)rows * (size_t)columns * 8);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span((size_t)rows, 1, T, t, &lo, &hi);
        const ax_conv_shape g = { .kernel = 1, .ci = (int32_t)(hi - lo), .co = columns };
        for (int32_t c0 = 0, width; c0 < columns; c0 += width) {
            width = ax_matmul_block(dev->k->lanes, columns - c0);
            ax_cpu_pack_block(&g, w + lo * sr, sc, sr, false, c0, width,
                              u + (size_t)rows * (size_t)c0 + lo * (size_t)width);
        }
    }
}

/* Pixels at a time: they stay in the first cache while the columns are gone through. */
static size_t chunk_of(shape s)
{
    size_t rows = 6144 / ((size_t)s.ci + (size_t)s.co) / AX_MATMUL_ROWS * AX_MATMUL_ROWS;
    return rows < AX_MATMUL_ROWS ? AX_MATMUL_ROWS : rows;
}

/* Pixels at a time for both gradients: they stay in the second cache while the sum of gradients, which may fill it
   alone, is gone through once. */
static size_t block_of(shape s)
{
    size_t rows = 98304 / ((size_t)s.ci + (size_t)s.co);
    return rows < AX_MATMUL_ROWS ? AX_MATMUL_ROWS : rows > 128 ? 128 : rows;
}

/* y = x times u over n pixels, whose number is free. */
static void multiply(const ax_device *dev, const float *x, const float *u, float *y, size_t n, size_t ci, size_t co,
                     float *edge)
{
    size_t whole = n / AX_MATMUL_ROWS * AX_MATMUL_ROWS, rest = n - whole;
    if (whole)
        dev->k->matmul(x, u, y, (int32_t)whole, (int32_t)ci, (int32_t)co);
    if (!rest)
        return;
    memcpy(edge, x + whole * ci, rest * ci * sizeof *edge);
    memset(edge + rest * ci, 0, (AX_MATMUL_ROWS - rest) * ci * sizeof *edge);
    float *out = edge + AX_MATMUL_ROWS * ci;
    dev->k->matmul(edge, u, out, (int32_t)rest, (int32_t)ci, (int32_t)co);
    memcpy(y + whole * co, out, rest * co * sizeof *y);
}

static void forward(ax_device *dev, const ax_call *call)
{
    const shape s = shape_of(call);
    const float *x = call->in[0].mem;
    float *y = call->out[0].mem, *u = call->work, *edge = u + weight_floats(s);
    const size_t ci = (size_t)s.ci, co = (size_t)s.co, chunk = chunk_of(s);
    pack(dev, call->in[1].mem, s.ci, s.co, 1, ci, u);
    int T = ax_cpu_tasks(dev, s.px * ci * co / 16);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(s.px, AX_MATMUL_ROWS, T, t, &lo, &hi);
        for (size_t p = lo; p < hi; p += chunk)
            multiply(dev, x + p * ci, u, y + p * co, hi - p < chunk ? hi - p : chunk, ci, co,
                     edge + (size_t)t * edge_floats(s));
    }
}

/* to = the tasks' sums of n floats, `stride` apart, added in the tasks' order. */
static void add_up(const ax_device *dev, const float *sums, size_t stride, int tasks, float *to, size_t n)
{
    int T = ax_cpu_tasks(dev, n * 4);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(n, 16, T, t, &lo, &hi);
        if (tasks == 1)
            memcpy(to + lo, sums + lo, (hi - lo) * sizeof *to);
        else
            dev->k->add(sums + lo, sums + stride + lo, to + lo, hi - lo);
        for (int i = 2; i < tasks; i++)
            dev->k->add(to + lo, sums + (size_t)i * stride + lo, to + lo, hi - lo);
    }
}

static void backward(ax_device *dev, const ax_call *call)
{
    const shape s = shape_of(call);
    const float *dy = call->in[0].mem, *x = call->in[1].mem;
    float *dx = call->out[0].mem, *dw = call->out[1].mem;
    float *u = call->work, *edge = u + weight_floats(s), *sums = edge + (size_t)dev->threads * edge_floats(s);
    const size_t ci = (size_t)s.ci, co = (size_t)s.co, chunk = chunk_of(s);
    const size_t block = block_of(s);
    if (dx)
        pack(dev, call->in[2].mem, s.co, s.ci, ci, 1, u);
    int T = ax_cpu_tasks(dev, s.px * ci * co / 16);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        float *sum = sums + (size_t)t * weight_floats(s);
        ax_cpu_span(s.px, AX_MATMUL_ROWS, T, t, &lo, &hi);
        if (dw)
            memset(sum, 0, ci * co * sizeof *sum);
        for (size_t p = lo; p < hi; p += block) {
            size_t n = hi - p < block ? hi - p : block;
            for (size_t q = p; dx && q < p + n; q += chunk)
                multiply(dev, dy + q * co, u, dx + q * ci, p + n - q < chunk ? p + n - q : chunk, co, ci,
                         edge + (size_t)t * edge_floats(s));
            if (dw)
                dev->k->outer_sum(x + p * ci, dy + p * co, sum, (int32_t)n, s.ci, s.co, s.co);
        }
    }
    if (dw)
        add_up(dev, sums, weight_floats(s), T, dw, ci * co);
}

void ax_cpu_pointwise_run(ax_device *dev, const ax_call *call)
{
    if (call->backward)
        backward(dev, call);
    else
        forward(dev, call);
}
