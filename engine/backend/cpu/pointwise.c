/* 1x1 convolution with stride 1 and, unless it is constant, no bias: one matrix product. Both gradients are computed in
   one walk over the pixels. */
#include "engine/backend/cpu/conv.h"

#include <string.h>

/* Channels padded to whole vectors, or to one and a half at the end. */
static bool vectors(int32_t channels, int32_t lanes)
{
    int32_t rest = channels % (2 * lanes);
    return rest == 0 || rest == lanes || rest == lanes + lanes / 2;
}

static bool fits(const ax_device *dev, const ax_conv *c)
{
    const ax_conv_shape *g = &c->shape;
    return c->groups == 1 && g->kernel == 1 && g->stride == 1 && g->pad == 0 && (!c->bias || c->constant) &&
           vectors(g->ci, dev->k->lanes) && vectors(g->co, dev->k->lanes);
}

static double cost(const ax_device *dev, const ax_conv *c)
{
    (void)dev;
    return ax_conv_macs(c) / AX_PAIR;
}

static size_t weight_floats(const ax_conv_shape *g)
{
    return ax_cpu_align_floats((size_t)g->ci * (size_t)g->co);
}
/* Remaining rows of a task's range that don't fill the registers are computed in a buffer. */
static size_t edge_floats(const ax_conv_shape *g)
{
    return ax_cpu_align_floats(AX_MATMUL_ROWS * ((size_t)g->ci + (size_t)g->co));
}

/* Pixels at a time: they stay in the first-level cache during the loop over columns. */
static size_t chunk_of(const ax_conv_shape *g)
{
    enum { MOST = 6144 * sizeof(float) / sizeof(ax_map) };
    size_t rows = MOST / ((size_t)g->ci + (size_t)g->co) / AX_MATMUL_ROWS * AX_MATMUL_ROWS;
    return rows < AX_MATMUL_ROWS ? AX_MATMUL_ROWS : rows;
}

/* Pixels at a time for both gradients: they stay in the second-level cache during one pass over the sum of gradients,
   which may fill it alone. */
static size_t block_of(const ax_conv_shape *g)
{
    size_t rows = 98304 / ((size_t)g->ci + (size_t)g->co);
    return rows < AX_MATMUL_ROWS ? AX_MATMUL_ROWS : rows > 128 ? 128 : rows;
}

/* Floats for the pairs of a block's pixels. */
static size_t pair_floats(const ax_conv_shape *g)
{
    return AX_PAIR == 1 ? 0 : ax_cpu_align_floats((block_of(g) + 1) / 2 * ((size_t)g->ci + (size_t)g->co));
}

/* Scratch: weights for one direction, then per task the remaining rows, the sum of weight gradients, and pairs. */
static ax_code prepare(ax_device *dev, ax_conv *c, size_t *work, ax_err *err)
{
    (void)err;
    const ax_conv_shape *g = &c->shape;
    size_t sums = c->passes & AX_CONV_WEIGHTS ? weight_floats(g) + pair_floats(g) : 0;
    *work = ax_conv_work(c, weight_floats(g) + (size_t)dev->threads * (edge_floats(g) + sums), weight_floats(g));
    return AX_OK;
}

/* Packs {rows}{columns} in a matrix product's blocks; element (r, c) of w is at r * sr + c * sc. */
static void pack(const ax_device *dev, const float *w, int32_t rows, int32_t columns, size_t sr, size_t sc,
                 ax_weight *u)
{
    const ax_conv_shape g = { .kernel = 1, .ci = rows, .co = columns };
    int T = ax_cpu_tasks(dev, (size_t)rows * (size_t)columns * 8);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span((size_t)rows, 1, T, t, &lo, &hi);
        for (int32_t c0 = 0, width; c0 < columns; c0 += width) {
            width = ax_matmul_block(dev->k->lanes, columns - c0);
            ax_conv_pack(&g, w, sc, sr, false, c0, width, (int32_t)lo, (int32_t)hi,
                         u + (size_t)rows / AX_PAIR * (size_t)c0);
        }
    }
}

/* y = x times u over n pixels, any number; at: offset of the first output. */
static void multiply(const ax_device *dev, const ax_map *x, const ax_weight *u, ax_map *y, size_t n, size_t ci,
                     size_t co, const ax_epilogue *e, size_t at, float *edge)
{
    static const ax_epilogue nothing = { 0 };
    size_t whole = n / AX_MATMUL_ROWS * AX_MATMUL_ROWS, rest = n - whole;
    if (whole)
        ax_cpu_maps(dev)->matmul(x, u, y, (int32_t)whole, (int32_t)ci, (int32_t)co, e, at);
    if (!rest)
        return;
    ax_map *in = (ax_map *)(void *)edge;
    memcpy(in, x + whole * ci, rest * ci * sizeof *in);
    memset(in + rest * ci, 0, (AX_MATMUL_ROWS - rest) * ci * sizeof *in);
    float *out = edge + AX_MATMUL_ROWS * ci;
    ax_cpu_maps(dev)->products(in, u, out, (int32_t)rest, (int32_t)ci, (int32_t)co);
    ax_cpu_maps(dev)->finish(e ? e : &nothing, out, y + whole * co, at + whole * co, rest, (int32_t)co);
}

static size_t pixels_of(const ax_conv_shape *g, int32_t n)
{
    return (size_t)n * (size_t)g->h * (size_t)g->w;
}

static void forward(ax_device *dev, const ax_conv_shape *g, const ax_conv_memory *m)
{
    const ax_map *x = m->x;
    ax_map *y = m->y;
    ax_weight *u = ax_conv_packed(m);
    float *edge = ax_conv_scratch(m, weight_floats(g));
    const size_t ci = (size_t)g->ci, co = (size_t)g->co, chunk = chunk_of(g), px = pixels_of(g, m->n);
    if (!m->ready)
        pack(dev, m->w, g->ci, g->co, 1, ci, u);
    int T = ax_cpu_tasks(dev, px * ci * co / 16);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(px, AX_MATMUL_ROWS, T, t, &lo, &hi);
        for (size_t p = lo; p < hi; p += chunk)
            multiply(dev, x + p * ci, u, y + p * co, hi - p < chunk ? hi - p : chunk, ci, co, m->e, p * co,
                     edge + (size_t)t * edge_floats(g));
    }
}

static void forward_rows(const ax_device *dev, const ax_conv *c, const ax_conv_rows *m)
{
    const ax_conv_shape *g = &c->shape;
    const size_t ci = (size_t)g->ci, co = (size_t)g->co, chunk = chunk_of(g), width = (size_t)g->w;
    const size_t n = (size_t)(m->r1 - m->r0) * width;
    const ax_map *x = m->x + (size_t)(m->ring ? m->r0 % m->ring : m->r0) * width * ci;
    float *edge = (float *)m->work + (size_t)m->task * edge_floats(g);
    for (size_t p = 0; p < n; p += chunk)
        multiply(dev, x + p * ci, m->packed, m->y + p * co, n - p < chunk ? n - p : chunk, ci, co, m->e, p * co, edge);
}

/* to = the tasks' sums of n floats, `stride` apart, added in task order. */
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

static void backward(ax_device *dev, const ax_conv *c, const ax_conv_memory *m)
{
    const ax_conv_shape *g = &c->shape;
    const ax_map *dy = m->dy, *x = m->x;
    ax_map *dx = c->passes & AX_CONV_DATA ? m->dx : NULL;
    ax_weight *u = m->work, *pairs;
    float *dw = c->passes & AX_CONV_WEIGHTS ? m->dw : NULL, *edge = (float *)m->work + weight_floats(g),
          *sums = edge + (size_t)dev->threads * edge_floats(g);
    const size_t ci = (size_t)g->ci, co = (size_t)g->co, chunk = chunk_of(g), px = pixels_of(g, m->n);
    const size_t block = block_of(g);
    pairs = (ax_weight *)(sums + (size_t)dev->threads * weight_floats(g));
    if (dx)
        pack(dev, m->w, g->co, g->ci, ci, 1, u);
    int T = ax_cpu_tasks(dev, px * ci * co / 16);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        float *sum = sums + (size_t)t * weight_floats(g);
        ax_cpu_span(px, AX_MATMUL_ROWS, T, t, &lo, &hi);
        if (dw)
            memset(sum, 0, ci * co * sizeof *sum);
        for (size_t p = lo; p < hi; p += block) {
            size_t n = hi - p < block ? hi - p : block;
            for (size_t q = p; dx && q < p + n; q += chunk)
                multiply(dev, dy + q * co, u, dx + q * ci, p + n - q < chunk ? p + n - q : chunk, co, ci, NULL, 0,
                         edge + (size_t)t * edge_floats(g));
            if (dw)
                ax_cpu_maps(dev)->outer_sum(x + p * ci, dy + p * co, sum, (int32_t)n, g->ci, g->co, g->co,
                                            pairs + (size_t)t * pair_floats(g));
        }
    }
    if (dw)
        add_up(dev, sums, weight_floats(g), T, dw, ci * co);
}

static void run(ax_device *dev, const ax_conv *c, const ax_conv_memory *m)
{
    if (c->passes & AX_CONV_FORWARD)
        forward(dev, &c->shape, m);
    else
        backward(dev, c, m);
}

const ax_conv_impl ax_conv_pointwise = {
    .name = "pointwise", .fits = fits, .cost = cost, .prepare = prepare, .run = run, .rows = forward_rows
};
