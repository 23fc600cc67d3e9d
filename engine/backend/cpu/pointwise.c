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

/* A matrix {rows}{columns}, whose element (r, c) is at w[r * sr + c * sc], and a matrix product's blocks for it. */
typedef struct packing {
    const float *w;
    int32_t rows, columns;
    size_t sr, sc;
    ax_weight *u;
} packing;

AX_CPU_WORK(pack_rows)
{
    const packing *m = job;
    const ax_conv_shape g = { .kernel = 1, .ci = m->rows, .co = m->columns };
    for (int32_t c0 = 0, width; c0 < m->columns; c0 += width) {
        width = ax_matmul_block(dev->k->lanes, m->columns - c0);
        ax_conv_pack(&g, m->w, m->sc, m->sr, false, c0, width, (int32_t)lo, (int32_t)hi,
                     m->u + (size_t)m->rows / AX_PAIR * (size_t)c0);
    }
}

static void pack(const ax_device *dev, const packing *m)
{
    const size_t rows = (size_t)m->rows;
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, rows * (size_t)m->columns * 8), rows, 1, pack_rows, m);
}

/* y = x times u over n pixels, any number; at: offset of the first output. The last pixels, which don't fill a block of
   the kernel's rows, are summed in the same order: which ones they are depends on the batch. */
static void multiply(const ax_device *dev, const ax_map *x, const ax_weight *u, ax_map *y, size_t n, size_t ci,
                     size_t co, const ax_epilogue *e, size_t at, float *edge)
{
    ax_epilogue after = e ? *e : (ax_epilogue) { 0 };
    size_t whole = n / AX_MATMUL_ROWS * AX_MATMUL_ROWS, rest = n - whole;
    if (whole)
        ax_cpu_maps(dev)->matmul(x, u, y, (int32_t)whole, (int32_t)ci, (int32_t)co, e, at);
    if (!rest)
        return;
    ax_map *in = (ax_map *)(void *)edge;
    memcpy(in, x + whole * ci, rest * ci * sizeof *in);
    memset(in + rest * ci, 0, (AX_MATMUL_ROWS - rest) * ci * sizeof *in);
    float *out = edge + AX_MATMUL_ROWS * ci;
    ax_cpu_maps(dev)->products(in, u, out, (int32_t)rest, (int32_t)ci, (int32_t)co, after.bias);
    after.bias = NULL;
    ax_cpu_maps(dev)->finish(&after, out, y + whole * co, at + whole * co, rest, (int32_t)co);
}

static size_t pixels_of(const ax_conv_shape *g, int32_t n)
{
    return (size_t)n * (size_t)g->h * (size_t)g->w;
}

/* A pass over all pixels of the batch. */
typedef struct pass {
    const ax_conv *c;
    const ax_conv_memory *m;
    ax_weight *u, *pairs; /* packed weights; pairs of pixels, per task */
    float *edge, *sums;   /* per task: remaining rows, and sums of the weights' gradients */
} pass;

AX_CPU_WORK(forward_pixels)
{
    const pass *p = job;
    const ax_conv_shape *g = &p->c->shape;
    const ax_map *x = p->m->x;
    ax_map *y = p->m->y;
    const size_t ci = (size_t)g->ci, co = (size_t)g->co, chunk = chunk_of(g);
    for (size_t at = lo; at < hi; at += chunk)
        multiply(dev, x + at * ci, p->u, y + at * co, hi - at < chunk ? hi - at : chunk, ci, co, p->m->e, at * co,
                 p->edge + (size_t)task * edge_floats(g));
}

static void forward(ax_device *dev, const ax_conv *c, const ax_conv_memory *m)
{
    const ax_conv_shape *g = &c->shape;
    const pass p = { .c = c, .m = m, .u = ax_conv_packed(m), .edge = ax_conv_scratch(m, weight_floats(g)) };
    const size_t ci = (size_t)g->ci, px = pixels_of(g, m->n);
    if (!m->ready)
        pack(dev, &(packing) { m->w, g->ci, g->co, 1, ci, p.u });
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, px * ci * (size_t)g->co / 16), px, AX_MATMUL_ROWS, forward_pixels, &p);
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

typedef struct task_sums {
    const float *sums; /* of the first task; those of the others follow `stride` apart */
    size_t stride;
    int tasks;
    float *to;
} task_sums;

/* In the order of the tasks. */
AX_CPU_WORK(add_up)
{
    const task_sums *s = job;
    float *to = s->to;
    if (s->tasks == 1)
        memcpy(to + lo, s->sums + lo, (hi - lo) * sizeof *to);
    else
        dev->k->add(s->sums + lo, s->sums + s->stride + lo, to + lo, hi - lo);
    for (int i = 2; i < s->tasks; i++)
        dev->k->add(to + lo, s->sums + (size_t)i * s->stride + lo, to + lo, hi - lo);
}

/* Both gradients, a block of pixels at a time. */
AX_CPU_WORK(backward_pixels)
{
    const pass *p = job;
    const ax_conv_shape *g = &p->c->shape;
    const ax_map *dy = p->m->dy, *x = p->m->x;
    ax_map *dx = p->c->passes & AX_CONV_DATA ? p->m->dx : NULL;
    const bool weights = p->c->passes & AX_CONV_WEIGHTS;
    const size_t ci = (size_t)g->ci, co = (size_t)g->co, chunk = chunk_of(g), block = block_of(g);
    float *sum = p->sums + (size_t)task * weight_floats(g), *edge = p->edge + (size_t)task * edge_floats(g);
    if (weights)
        memset(sum, 0, ci * co * sizeof *sum);
    for (size_t at = lo; at < hi; at += block) {
        const size_t end = hi - at < block ? hi : at + block;
        for (size_t q = at; dx && q < end; q += chunk)
            multiply(dev, dy + q * co, p->u, dx + q * ci, end - q < chunk ? end - q : chunk, co, ci, NULL, 0, edge);
        if (weights)
            ax_cpu_maps(dev)->outer_sum(x + at * ci, dy + at * co, sum, (int32_t)(end - at), g->ci, g->co, g->co,
                                        p->pairs + (size_t)task * pair_floats(g));
    }
}

static void backward(ax_device *dev, const ax_conv *c, const ax_conv_memory *m)
{
    const ax_conv_shape *g = &c->shape;
    const size_t threads = (size_t)dev->threads, ci = (size_t)g->ci, co = (size_t)g->co, px = pixels_of(g, m->n);
    float *edge = (float *)m->work + weight_floats(g), *sums = edge + threads * edge_floats(g);
    const pass p = { .c = c,
                     .m = m,
                     .u = m->work,
                     .pairs = (ax_weight *)(sums + threads * weight_floats(g)),
                     .edge = edge,
                     .sums = sums };
    if (c->passes & AX_CONV_DATA)
        pack(dev, &(packing) { m->w, g->co, g->ci, ci, 1, p.u });
    const int T = ax_cpu_tasks(dev, px * ci * co / 16);
    ax_cpu_parallel_for(dev, T, px, AX_MATMUL_ROWS, backward_pixels, &p);
    if (c->passes & AX_CONV_WEIGHTS)
        ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, ci * co * 4), ci * co, 16, add_up,
                            &(task_sums) { sums, weight_floats(g), T, m->dw });
}

static void run(ax_device *dev, const ax_conv *c, const ax_conv_memory *m)
{
    if (c->passes & AX_CONV_FORWARD)
        forward(dev, c, m);
    else
        backward(dev, c, m);
}

const ax_conv_impl ax_conv_pointwise = {
    .name = "pointwise", .fits = fits, .cost = cost, .prepare = prepare, .run = run, .rows = forward_rows
};
