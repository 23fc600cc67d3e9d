/* Dense convolution as matrix products of rows of patches ("im2col"), a chunk of pixels at a time: any kernel, stride,
   padding and dilation. The gradient of the input is one such product for each of stride * stride interleaved grids of
   its pixels, since all pixels of a grid are seen through the same taps. */
#include "engine/backend/cpu/conv.h"

#include <assert.h>
#include <string.h>

enum {
    MOST_TAPS = 255,        /* along an axis */
    MOST_LENGTH = 32768,    /* floats per row: some rows stay in the second-level cache */
    CHUNK_FLOATS = 6144,    /* rows and products at once: they stay in the first-level cache */
    BLOCK_FLOATS = 3 * 8192 /* the same while weight gradients are summed */
};

/* The taps through which a grid's pixels see the map, along one axis: pixel i sees i * step + offset. */
typedef struct axis {
    int32_t n, tap[MOST_TAPS], offset[MOST_TAPS];
} axis;

/* Pixels y0 + i * step, x0 + k * step of a map computed from another one. */
typedef struct grid {
    axis y, x;
    int32_t rows, columns, y0, x0, step;
    ax_patches patches;
} grid;

/* ---- grids ---- */

static void add_tap(axis *a, int32_t tap, int32_t offset)
{
    a->tap[a->n] = tap;
    a->offset[a->n++] = offset;
}

static void output_axis(const ax_conv_shape *g, axis *a)
{
    a->n = 0;
    for (int32_t k = 0; k < g->kernel; k++)
        add_tap(a, k, k * g->dilation - g->pad);
}

/* For inputs `phase`, phase + stride, ...: output o sees input i through tap k when o * stride - pad + k * dilation =
   i. */
static void input_axis(const ax_conv_shape *g, int32_t phase, axis *a)
{
    a->n = 0;
    for (int32_t k = g->kernel - 1; k >= 0; k--) {
        int32_t at = phase + g->pad - k * g->dilation;
        if (at % g->stride == 0)
            add_tap(a, k, at / g->stride);
    }
}

/* The patches of a map {h,w,c}; the grid must not move. */
static void find_patches(grid *to, int32_t h, int32_t w, int32_t c, int32_t step)
{
    bool runs = to->x.n > 0;
    for (int32_t k = 1; k < to->x.n; k++)
        runs &= to->x.offset[k] == to->x.offset[0] + k;
    to->patches = (ax_patches) { .h = h,
                                 .w = w,
                                 .c = c,
                                 .columns = to->columns,
                                 .step = step,
                                 .n_down = to->y.n,
                                 .n_right = to->x.n,
                                 .down = to->y.offset,
                                 .right = to->x.offset,
                                 .runs = runs,
                                 .length = ax_cpu_round_up((size_t)to->y.n * (size_t)to->x.n * (size_t)c, AX_PAIR) };
}

static void output_grid(const ax_conv_shape *g, grid *to)
{
    output_axis(g, &to->y);
    output_axis(g, &to->x);
    to->rows = g->oh, to->columns = g->ow;
    to->y0 = to->x0 = 0, to->step = 1;
    find_patches(to, g->h, g->w, g->ci, g->stride);
}

/* False: the map has no such pixels. */
static bool input_grid(const ax_conv_shape *g, int32_t y0, int32_t x0, grid *to)
{
    if (y0 >= g->h || x0 >= g->w)
        return false;
    input_axis(g, y0, &to->y);
    input_axis(g, x0, &to->x);
    to->rows = (g->h - y0 + g->stride - 1) / g->stride;
    to->columns = (g->w - x0 + g->stride - 1) / g->stride;
    to->y0 = y0, to->x0 = x0, to->step = g->stride;
    find_patches(to, g->oh, g->ow, g->co, 1);
    return true;
}

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
static void pack(const ax_device *dev, const grid *t, int32_t kernel, const float *w, size_t so, size_t si, size_t ci,
                 size_t co, ax_weight *u)
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
static void put(const ax_device *dev, const grid *t, size_t first, size_t n, const float *from, size_t width,
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

/* Computes a grid's pixels of all images: x {.., ci} to y {.., w, co}, maps of `in` and `out` floats per image. */
static void multiply(ax_device *dev, const grid *t, int32_t n, const ax_map *x, size_t in, const ax_weight *u,
                     const ax_epilogue *e, ax_map *y, size_t out, int32_t w, size_t co, float *work, size_t each)
{
    const size_t pixels = (size_t)t->rows * (size_t)t->columns, length = t->patches.length, made = filled(dev, co);
    assert(pixels > 0 && made > 0);
    const size_t chunk = chunk_of(length, made);
    const bool straight = made == co && t->step == 1 && !e;
    int T = ax_cpu_tasks(dev, (size_t)n * pixels * (length + 1) * co / 16);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int task = 0; task < T; task++) {
        ax_map *rows = (ax_map *)(void *)(work + (size_t)task * each);
        float *products = work + (size_t)task * each + (chunk * length * sizeof *rows + 3) / sizeof(float);
        size_t lo, hi;
        ax_cpu_span((size_t)n * pixels, AX_MATMUL_ROWS, T, task, &lo, &hi);
        ax_cpu_part p;
        while (ax_cpu_next_part(&lo, hi, pixels, &p))
            for (size_t at = p.first; at < p.last; at += chunk) {
                size_t some = p.last - at < chunk ? p.last - at : chunk, rest = some % AX_MATMUL_ROWS;
                bool whole = straight && !rest;
                ax_cpu_maps(dev)->patches(&t->patches, x + p.image * in, at, some, rows);
                if (rest)
                    memset(rows + some * length, 0, (AX_MATMUL_ROWS - rest) * length * sizeof *rows);
                if (whole) {
                    ax_cpu_maps(dev)->matmul(rows, u, y + p.image * out + at * co, (int32_t)some, (int32_t)length,
                                             (int32_t)made, NULL, 0);
                    continue;
                }
                ax_cpu_maps(dev)->products(rows, u, products, (int32_t)some, (int32_t)length, (int32_t)made);
                put(dev, t, at, some, products, made, e, y, p.image * out, w, co);
            }
    }
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
    grid t;
    ax_weight *u = ax_conv_packed(m);
    const size_t ci = (size_t)g->ci, co = (size_t)g->co;
    output_grid(g, &t);
    if (!m->ready)
        pack(dev, &t, g->kernel, m->w, ci * taps_of(g), taps_of(g), ci, co, u);
    multiply(dev, &t, m->n, m->x, input_floats(g), u, m->e, m->y, output_floats(g), g->ow, co,
             ax_conv_scratch(m, weight_floats(dev, g, g->ci, g->co)), task_floats(dev, g, g->ci, g->co));
}

static void data(ax_device *dev, const ax_conv_shape *g, const ax_conv_memory *m)
{
    grid t;
    ax_weight *u = m->work;
    const size_t ci = (size_t)g->ci, co = (size_t)g->co;
    for (int32_t y0 = 0; y0 < g->stride; y0++)
        for (int32_t x0 = 0; x0 < g->stride && input_grid(g, y0, x0, &t); x0++) {
            pack(dev, &t, g->kernel, m->w, taps_of(g), ci * taps_of(g), co, ci, u);
            multiply(dev, &t, m->n, m->dy, output_floats(g), u, NULL, m->dx, input_floats(g), g->w, ci,
                     (float *)m->work + weight_floats(dev, g, g->co, g->ci), task_floats(dev, g, g->co, g->ci));
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

static void weights(ax_device *dev, const ax_conv_shape *g, const ax_conv_memory *m)
{
    grid t;
    output_grid(g, &t);
    const size_t pixels = (size_t)g->oh * (size_t)g->ow, co = (size_t)g->co,
                 length = t.patches.length = filled(dev, t.patches.length), block = block_of(length, co),
                 each = sum_floats(dev, g);
    int T = ax_cpu_tasks(dev, (size_t)m->n * pixels * length * co / 16);
    float *sums = m->work, *all = sums + (size_t)dev->threads * each;
#pragma omp parallel for num_threads(T) schedule(static)
    for (int task = 0; task < T; task++) {
        float *sum = sums + (size_t)task * each, *own = all + (size_t)task * block_floats(dev, g);
        ax_map *rows = (ax_map *)(void *)own;
        ax_weight *pairs = (ax_weight *)(void *)(own + ax_cpu_align_floats(block * length));
        memset(sum, 0, co * length * sizeof *sum);
        size_t lo, hi;
        ax_cpu_span((size_t)m->n * pixels, AX_MATMUL_ROWS, T, task, &lo, &hi);
        ax_cpu_part p;
        while (ax_cpu_next_part(&lo, hi, pixels, &p))
            for (size_t at = p.first; at < p.last; at += block) {
                size_t some = p.last - at < block ? p.last - at : block;
                ax_cpu_maps(dev)->patches(&t.patches, m->x + p.image * input_floats(g), at, some, rows);
                ax_cpu_maps(dev)->outer_sum(rows, m->dy + p.image * output_floats(g) + at * co, sum, (int32_t)some,
                                            (int32_t)length, g->co, g->co, pairs);
            }
    }
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
