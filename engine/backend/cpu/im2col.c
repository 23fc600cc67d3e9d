/* Dense convolution as matrix products of rows of patches ("im2col"), a chunk of pixels at a time: any kernel, stride,
   padding and dilation. The gradient of the input is one such product for each of stride * stride interleaved grids of
   its pixels, since all pixels of a grid are seen through the same taps. */
#include "engine/backend/cpu/conv.h"
#include "engine/backend/cpu/im2col_grid.h"

#include <assert.h>
#include <string.h>

enum {
    MOST_LENGTH = 32768,    /* floats per row: some rows stay in the second-level cache */
    CHUNK_FLOATS = 6144,    /* rows and products at once: they stay in the first-level cache */
    BLOCK_FLOATS = 3 * 8192 /* the same while weight gradients are summed */
};

/* ---- sizes ---- */

/* Channels padded for a matrix product: to whole vectors, or to one and a half at the end. */
static size_t filled(const ax_device *dev, size_t c)
{
    size_t lanes = (size_t)dev->k->lanes, whole = c / (2 * lanes) * (2 * lanes), rest = c - whole;
    return whole + (rest == 0 ? 0 : rest <= lanes ? lanes : rest <= lanes + lanes / 2 ? lanes + lanes / 2 : 2 * lanes);
}

static size_t taps_of(const ax_conv_shape *g)
{
    return (size_t)g->kernel * (size_t)g->kernel;
}

/* Pixels at once, for rows of `length` floats that become `made` floats. */
static size_t chunk_of(size_t length, size_t made)
{
    size_t n = CHUNK_FLOATS / (length + made) / AX_MATMUL_ROWS * AX_MATMUL_ROWS;
    return n < AX_MATMUL_ROWS ? AX_MATMUL_ROWS : n;
}
static size_t block_of(size_t length, size_t outputs)
{
    size_t n = BLOCK_FLOATS / (length + outputs);
    return n < AX_MATMUL_ROWS ? AX_MATMUL_ROWS : n;
}

/* Floats of scratch for a product from ci to co channels: weights and bias, and per task rows and products. A grid with
   fewer taps has shorter rows and more of them, but no more floats than this. */
static size_t weight_floats(const ax_device *dev, const ax_conv_shape *g, int32_t ci, int32_t co)
{
    size_t made = filled(dev, (size_t)co);
    return ax_cpu_align_floats(taps_of(g) * (size_t)ci * made) + ax_cpu_align_floats(made);
}
static size_t task_floats(const ax_device *dev, const ax_conv_shape *g, int32_t ci, int32_t co)
{
    size_t made = filled(dev, (size_t)co), least = AX_MATMUL_ROWS * (taps_of(g) * (size_t)ci + made);
    return ax_cpu_align_floats(least > CHUNK_FLOATS ? least : CHUNK_FLOATS);
}

/* The same for weight gradients, per task: their sum; rows, and pairs of them and of gradients. */
static size_t sum_floats(const ax_device *dev, const ax_conv_shape *g)
{
    return ax_cpu_align_floats(filled(dev, taps_of(g) * (size_t)g->ci) * (size_t)g->co);
}
static size_t block_floats(const ax_device *dev, const ax_conv_shape *g)
{
    size_t length = filled(dev, taps_of(g) * (size_t)g->ci);
    const size_t block = block_of(length, (size_t)g->co);
    const size_t pairs = AX_PAIR == 1 ? 0 : (block + 1) / 2 * (length + (size_t)g->co);
    return ax_cpu_align_floats(block * length) + ax_cpu_align_floats(pairs);
}

/* ---- products ---- */

/* Packs the weights of a grid's taps in a matrix product's blocks, {taps}{ci}{block}; element (o, i, k) of w is at o *
   so + i * si + k. */
static void pack(const ax_device *dev, const ax_grid *t, int32_t kernel, const float *w, size_t so, size_t si,
                 size_t ci, size_t co, ax_weight *u)
{
    size_t all = filled(dev, co), length = t->patches.length;
    for (size_t c0 = 0, width; c0 < all; c0 += width, u += length / AX_PAIR * width) {
        size_t row = 0;
        width = (size_t)ax_matmul_block(dev->k->lanes, (int32_t)(all - c0));
        memset(u, 0, length / AX_PAIR * width * sizeof *u);
        for (int32_t a = 0; a < t->y.n; a++)
            for (int32_t b = 0; b < t->x.n; b++)
                for (size_t i = 0; i < ci; i++, row++) {
                    const float *from = w + (size_t)(t->y.tap[a] * kernel + t->x.tap[b]) + i * si;
                    ax_map *to = (ax_map *)(u + row / AX_PAIR * width) + row % AX_PAIR;
                    for (size_t o = c0; o < c0 + width && o < co; o++, to += AX_PAIR)
                        *to = ax_map_put(from[o * so]);
                }
    }
}

/* Stores the products of n pixels of a grid from `first` on, `width` floats apart, in the map {.., w, co} that begins
   at y[image]. */
static void put(const ax_device *dev, const ax_grid *t, size_t first, size_t n, const float *from, size_t width,
                const ax_epilogue *e, ax_map *y, size_t image, int32_t w, size_t co)
{
    size_t i = first / (size_t)t->columns, k = first % (size_t)t->columns, step = (size_t)t->step;
    for (size_t p = 0; p < n; p++, from += width) {
        const size_t at = image + (((size_t)t->y0 + i * step) * (size_t)w + (size_t)t->x0 + k * step) * co;
        if (e)
            ax_cpu_maps(dev)->finish(e, from, y + at, at, 1, (int32_t)co);
        else
            ax_cpu_maps(dev)->narrow(from, y + at, co);
        if (++k == (size_t)t->columns)
            k = 0, i++;
    }
}

/* A grid's pixels of all images: x {.., ci} to y {.., w, co}, maps of `in` and `out` floats per image. */
typedef struct product {
    const ax_grid *t;
    const ax_map *x;
    size_t in;
    const ax_weight *u;
    const ax_epilogue *e;
    ax_map *y;
    size_t out;
    int32_t w;
    size_t co;
    float *work;
    size_t each; /* floats of work per task */
} product;

static size_t grid_pixels(const ax_grid *t)
{
    return (size_t)t->rows * (size_t)t->columns;
}

AX_CPU_WORK(multiply_pixels)
{
    const product *m = job;
    const size_t length = m->t->patches.length, made = filled(dev, m->co), chunk = chunk_of(length, made);
    const bool straight = made == m->co && m->t->step == 1 && !m->e;
    ax_map *rows = (ax_map *)(void *)(m->work + (size_t)task * m->each);
    float *products = m->work + (size_t)task * m->each + (chunk * length * sizeof *rows + 3) / sizeof(float);
    ax_cpu_part p;
    while (ax_cpu_next_part(&lo, hi, grid_pixels(m->t), &p))
        for (size_t at = p.first; at < p.last; at += chunk) {
            size_t some = p.last - at < chunk ? p.last - at : chunk, rest = some % AX_MATMUL_ROWS;
            bool whole = straight && !rest;
            ax_cpu_maps(dev)->patches(&m->t->patches, m->x + p.image * m->in, at, some, rows);
            if (rest)
                memset(rows + some * length, 0, (AX_MATMUL_ROWS - rest) * length * sizeof *rows);
            if (whole) {
                ax_cpu_maps(dev)->matmul(rows, m->u, m->y + p.image * m->out + at * m->co, (int32_t)some,
                                         (int32_t)length, (int32_t)made, NULL, 0);
                continue;
            }
            ax_cpu_maps(dev)->products(rows, m->u, products, (int32_t)some, (int32_t)length, (int32_t)made, NULL);
            put(dev, m->t, at, some, products, made, m->e, m->y, p.image * m->out, m->w, m->co);
        }
}

static void multiply(ax_device *dev, const product *m, int32_t n)
{
    const size_t pixels = (size_t)n * grid_pixels(m->t);
    assert(grid_pixels(m->t) > 0 && m->co > 0);
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, pixels * (m->t->patches.length + 1) * m->co / 16), pixels,
                        AX_MATMUL_ROWS, multiply_pixels, m);
}

static size_t input_floats(const ax_conv_shape *g)
{
    return (size_t)g->h * (size_t)g->w * (size_t)g->ci;
}
static size_t output_floats(const ax_conv_shape *g)
{
    return (size_t)g->oh * (size_t)g->ow * (size_t)g->co;
}

static void forward(ax_device *dev, const ax_conv_shape *g, const ax_conv_memory *m)
{
    ax_grid t;
    ax_weight *u = ax_conv_packed(m);
    const size_t ci = (size_t)g->ci, co = (size_t)g->co;
    ax_cpu_output_grid(g, AX_PAIR, &t);
    if (!m->ready)
        pack(dev, &t, g->kernel, m->w, ci * taps_of(g), taps_of(g), ci, co, u);
    const product p = { .t = &t,
                        .x = m->x,
                        .in = input_floats(g),
                        .u = u,
                        .e = m->e,
                        .y = m->y,
                        .out = output_floats(g),
                        .w = g->ow,
                        .co = co,
                        .work = ax_conv_scratch(m, weight_floats(dev, g, g->ci, g->co)),
                        .each = task_floats(dev, g, g->ci, g->co) };
    multiply(dev, &p, m->n);
}

static void data(ax_device *dev, const ax_conv_shape *g, const ax_conv_memory *m)
{
    ax_grid t;
    ax_weight *u = m->work;
    const size_t ci = (size_t)g->ci, co = (size_t)g->co;
    const product p = { .t = &t,
                        .x = m->dy,
                        .in = output_floats(g),
                        .u = u,
                        .y = m->dx,
                        .out = input_floats(g),
                        .w = g->w,
                        .co = ci,
                        .work = (float *)m->work + weight_floats(dev, g, g->co, g->ci),
                        .each = task_floats(dev, g, g->co, g->ci) };
    for (int32_t y0 = 0; y0 < g->stride; y0++)
        for (int32_t x0 = 0; x0 < g->stride && ax_cpu_input_grid(g, AX_PAIR, y0, x0, &t); x0++) {
            pack(dev, &t, g->kernel, m->w, taps_of(g), ci * taps_of(g), co, ci, u);
            multiply(dev, &p, m->n);
        }
}

/* dw {co,ci,k} from the tasks' sums {co}{k,ci}, with rows `length` apart, added in task order. */
static void add_up(const ax_conv_shape *g, const float *sums, size_t each, int T, size_t length, float *dw)
{
    const size_t kk = taps_of(g), ci = (size_t)g->ci, co = (size_t)g->co;
    for (size_t o = 0; o < co; o++)
        for (size_t k = 0; k < kk; k++)
            for (size_t i = 0; i < ci; i++) {
                float s = 0.0f;
                for (int t = 0; t < T; t++)
                    s += sums[(size_t)t * each + o * length + k * ci + i];
                dw[(o * ci + i) * kk + k] = s;
            }
}

typedef struct weight_pass {
    const ax_conv_shape *g;
    const ax_conv_memory *m;
    const ax_grid *t;
    float *sums, *blocks; /* per task */
} weight_pass;

AX_CPU_WORK(add_pixels)
{
    const weight_pass *w = job;
    const ax_conv_shape *g = w->g;
    const size_t pixels = grid_pixels(w->t), co = (size_t)g->co, length = w->t->patches.length,
                 block = block_of(length, co);
    float *sum = w->sums + (size_t)task * sum_floats(dev, g), *own = w->blocks + (size_t)task * block_floats(dev, g);
    ax_map *rows = (ax_map *)(void *)own;
    ax_weight *pairs = (ax_weight *)(void *)(own + ax_cpu_align_floats(block * length));
    memset(sum, 0, co * length * sizeof *sum);
    ax_cpu_part p;
    while (ax_cpu_next_part(&lo, hi, pixels, &p))
        for (size_t at = p.first; at < p.last; at += block) {
            size_t some = p.last - at < block ? p.last - at : block;
            ax_cpu_maps(dev)->patches(&w->t->patches, w->m->x + p.image * input_floats(g), at, some, rows);
            ax_cpu_maps(dev)->outer_sum(rows, w->m->dy + p.image * output_floats(g) + at * co, sum, (int32_t)some,
                                        (int32_t)length, g->co, g->co, pairs);
        }
}

static void weights(ax_device *dev, const ax_conv_shape *g, const ax_conv_memory *m)
{
    ax_grid t;
    ax_cpu_output_grid(g, AX_PAIR, &t);
    const size_t pixels = (size_t)m->n * (size_t)g->oh * (size_t)g->ow,
                 length = t.patches.length = filled(dev, t.patches.length), each = sum_floats(dev, g);
    const int T = ax_cpu_tasks(dev, pixels * length * (size_t)g->co / 16);
    float *sums = m->work;
    const weight_pass w = { g, m, &t, sums, sums + (size_t)dev->threads * each };
    ax_cpu_parallel_for(dev, T, pixels, AX_MATMUL_ROWS, add_pixels, &w);
    add_up(g, sums, each, T, length, m->dw);
}

/* ---- the implementation ---- */

static bool fits(const ax_device *dev, const ax_conv *c)
{
    (void)dev;
    const ax_conv_shape *g = &c->shape;
    size_t most = (size_t)(g->ci > g->co ? g->ci : g->co);
    return c->groups == 1 && (AX_NARROW_MAPS || taps_of(g) * most <= MOST_LENGTH);
}

/* Rows are written and read again, and taps outside the map are multiplied too. */
static double cost(const ax_device *dev, const ax_conv *c)
{
    const double row = 6; /* number of products that take as long as writing one float of a row */
    const ax_conv_shape *g = &c->shape;
    const double length = (double)(taps_of(g) * (size_t)g->ci), pixels = (double)g->oh * g->ow;
    if (c->passes & AX_CONV_FORWARD)
        return pixels * length * ((double)filled(dev, (size_t)g->co) + row) / AX_PAIR;
    if (c->passes & AX_CONV_WEIGHTS)
        return pixels * (double)filled(dev, (size_t)length) * (g->co + row) / AX_PAIR;
    double per_input = (double)(taps_of(g) * (size_t)g->co) / (g->stride * g->stride);
    return (double)g->h * g->w * per_input * ((double)filled(dev, (size_t)g->ci) + row) / AX_PAIR;
}

static ax_code prepare(ax_device *dev, ax_conv *c, size_t *work, ax_err *err)
{
    (void)err;
    const ax_conv_shape *g = &c->shape;
    const size_t T = (size_t)dev->threads;
    size_t floats = 0, other;
    if (c->passes & AX_CONV_FORWARD)
        floats = weight_floats(dev, g, g->ci, g->co) + T * task_floats(dev, g, g->ci, g->co);
    if (c->passes & AX_CONV_DATA)
        floats = weight_floats(dev, g, g->co, g->ci) + T * task_floats(dev, g, g->co, g->ci);
    other = c->passes & AX_CONV_WEIGHTS ? T * (sum_floats(dev, g) + block_floats(dev, g)) : 0;
    *work = ax_conv_work(c, floats > other ? floats : other, weight_floats(dev, g, g->ci, g->co));
    return AX_OK;
}

static void run(ax_device *dev, const ax_conv *c, const ax_conv_memory *m)
{
    if (c->passes & AX_CONV_FORWARD)
        forward(dev, &c->shape, m);
    if (c->passes & AX_CONV_DATA)
        data(dev, &c->shape, m);
    if (c->passes & AX_CONV_WEIGHTS)
        weights(dev, &c->shape, m);
}

const ax_conv_impl ax_conv_im2col = { .name = "im2col", .fits = fits, .cost = cost, .prepare = prepare, .run = run };
