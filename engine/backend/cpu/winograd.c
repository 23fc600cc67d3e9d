/* Dense 3x3 convolution by Winograd's minimal filtering in tiles of 4, 3 or 2 outputs along a side: stride 1, same
   size, any dilation. */
#include "engine/backend/cpu/conv.h"
#include "engine/backend/cpu/winograd_tiles.h"

#include <stdlib.h>
#include <string.h>

enum {
    OUT = AX_WINOGRAD_OUT, /* most outputs along a side of a tile */
    IN = OUT + 2,          /* and inputs */
    PRODUCTS = IN * IN,
    SIZES = AX_WINOGRAD_SIZES,
    PARTS = SIZES * SIZES,      /* tiles of one shape are processed together */
    TILES = 4 * AX_MATMUL_ROWS, /* tiles at once: their transforms stay in the second-level cache */
    LINE = 16                   /* floats in a cache line */
};

/* ---- parts ---- */

/* The tiles of one shape. */
typedef struct part {
    int oy, ox; /* outputs of a tile */
    const int32_t *y, *x;
    size_t rows, columns;
    size_t products; /* products per tile */
    size_t before;   /* products per tile of all earlier parts: offset of this part's weights and sums */
} part;

/* Returns the number of parts; *products: per tile, summed over parts. */
static int parts_of(const ax_winograd *w, part parts[PARTS], size_t *products)
{
    int n = 0;
    *products = 0;
    for (int i = 0; i < PARTS; i++) {
        int sy = i / SIZES, sx = i % SIZES;
        if (!w->y.tiles[sy] || !w->x.tiles[sx])
            continue;
        part *p = &parts[n++];
        *p = (part) { OUT - sy,
                      OUT - sx,
                      w->y.start[sy],
                      w->x.start[sx],
                      (size_t)w->y.tiles[sy],
                      (size_t)w->x.tiles[sx],
                      (size_t)((IN - sy) * (IN - sx)),
                      *products };
        *products += p->products;
    }
    return n;
}

/* ---- scratch ---- */

/* Channels padded to whole vectors. */
static size_t filled(const ax_device *dev, int32_t c)
{
    return ax_cpu_round_up((size_t)c, (size_t)dev->k->lanes);
}

/* Floats of the transformed weights from ci to co channels, of a task's transformed tiles, and of a task's gradient
   sums. */
static size_t weight_floats(const ax_device *dev, size_t products, int32_t ci, int32_t co)
{
    return products * filled(dev, ci) * filled(dev, co);
}
/* Distance between products of the tiles: one cache line more than needed, so that a tile's products don't all map to
   the same few sets of the first-level cache. */
static size_t product_stride(const ax_device *dev, int32_t c)
{
    return TILES * filled(dev, c) + LINE;
}
static size_t tile_floats(const ax_device *dev, int32_t ci, int32_t co)
{
    return PRODUCTS * (product_stride(dev, ci) + product_stride(dev, co));
}
static size_t sum_floats(const ax_device *dev, size_t products, int32_t ci, int32_t co)
{
    return products * filled(dev, ci) * (size_t)co;
}

/* Bytes of scratch for all passes. */
static size_t work_bytes(const ax_device *dev, ax_conv *c, const ax_winograd *w)
{
    part parts[PARTS];
    size_t products;
    parts_of(w, parts, &products);
    size_t tiles = (size_t)dev->threads * tile_floats(dev, w->g.ci, w->g.co);
    size_t a = weight_floats(dev, products, w->g.ci, w->g.co);
    size_t b = c->constant ? 0 : (size_t)dev->threads * sum_floats(dev, products, w->g.ci, w->g.co);
    return ax_conv_work(c, tiles + (a > b ? a : b), a) + 4096;
}

/* ---- weights ---- */

/* Transforms weights; a part's go to {product}{block of a matrix product}{ci}{output}. Element (o, i, k) of w is at o *
   so + i * si + k; taps are rotated if requested. */
static void transform_weights(ax_device *dev, const part *parts, int n, const float *w, size_t so, size_t si, bool turn,
                              int32_t ci, int32_t co, float *u)
{
    const size_t cip = filled(dev, ci), cop = filled(dev, co), some = (size_t)dev->k->lanes, each = cip / some;
#pragma omp parallel for num_threads(ax_cpu_tasks(dev, PRODUCTS *cip *cop)) schedule(static)
    for (size_t task = 0; task < cop / some * each; task++) {
        size_t o = task / each * some, i = task % each * some, block = 0, width = 0;
        while (block + width <= o) {
            block += width;
            width = (size_t)ax_matmul_block((int32_t)some, (int32_t)(cop - block));
        }
        size_t at = block * cip + i * width + o - block;
        size_t outputs = (size_t)co - o < some ? (size_t)co - o : some;
        size_t inputs = (size_t)ci - i < some ? (size_t)ci - i : some;
        ax_winograd_to to[PARTS];
        for (int p = 0; p < n; p++) {
            float *first = u + parts[p].before * cip * cop + at;
            to[p] = (ax_winograd_to) { parts[p].oy, parts[p].ox, first };
            for (size_t k = inputs; k < some; k++)
                for (size_t q = 0; q < parts[p].products; q++)
                    memset(first + q * cip * cop + k * width, 0, some * sizeof *first);
        }
        dev->k->winograd_filter(w + o * so + i * si, so, si, turn, (int32_t)inputs, (int32_t)outputs, to, n, width,
                                cip * cop);
    }
}

/* ---- tiles ---- */

typedef struct place {
    size_t image;
    int32_t y, x; /* of the first output */
} place;

static place place_of(const part *p, size_t tile)
{
    size_t row = tile / p->columns;
    return (place) { row / p->rows, p->y[row % p->rows], p->x[tile % p->columns] };
}

/* Addresses of the h * w pixels from (y, x) on, dilation apart; `outside` for those outside. */
static void find_pixels(const ax_conv_shape *g, const ax_map *image, int32_t c, int32_t y, int32_t x, int h, int w,
                        const ax_map *outside, const ax_map **to)
{
    const int32_t d = g->dilation;
    for (int i = 0; i < h; i++, y += d)
        for (int k = 0; k < w; k++) {
            int32_t at = x + k * d;
            bool in = (uint32_t)y < (uint32_t)g->h && (uint32_t)at < (uint32_t)g->w;
            *to++ = in ? image + ((ptrdiff_t)y * g->w + at) * c : outside;
        }
}

/* Zeros that are read for pixels outside. */
static const ax_map zeros[AX_WINOGRAD_CHANNELS];

static size_t image_floats(const ax_conv_shape *g, int32_t c)
{
    return (size_t)g->h * (size_t)g->w * (size_t)c;
}

/* Offsets of a tile's outputs in all images; -1 outside. */
static void find_outputs(const ax_conv_shape *g, const part *p, place at, int32_t c, ptrdiff_t *to)
{
    const int32_t d = g->dilation;
    for (int i = 0; i < p->oy; i++)
        for (int k = 0; k < p->ox; k++) {
            const int32_t y = at.y + i * d, x = at.x + k * d;
            const bool in = y < g->h && x < g->w;
            *to++ = in ? (ptrdiff_t)(at.image * image_floats(g, c)) + ((ptrdiff_t)y * g->w + x) * c : -1;
        }
}

/* Addresses of the inputs of the tiles first .. hi, at most TILES of them; returns the number of tiles. */
static size_t find_inputs(const ax_conv_shape *g, const part *p, size_t first, size_t hi, const ax_map *x, int32_t c,
                          const ax_map *(*to)[PRODUCTS])
{
    size_t n = 0;
    for (; first + n < hi && n < TILES; n++) {
        const place at = place_of(p, first + n);
        find_pixels(g, x + at.image * image_floats(g, c), c, at.y - g->dilation, at.x - g->dilation, p->oy + 2,
                    p->ox + 2, zeros, to[n]);
    }
    return n;
}

/* Prefetches a pixel's channels into the second-level cache: the processor doesn't predict the order of tiles. */
static void fetch(const ax_map *pixel, int32_t c)
{
    for (int32_t k = 0; k < c; k += LINE * sizeof(float) / sizeof *pixel)
        __builtin_prefetch(pixel + k, 0, 2);
}

/* ---- passes ---- */

/* Computes the outputs of a part's tiles lo .. hi. */
static void convolve_tiles(ax_device *dev, const ax_conv_shape *g, const part *p, size_t lo, size_t hi, const ax_map *x,
                           int32_t ci, const float *u, const ax_epilogue *e, int32_t co, ax_map *y, float *work)
{
    const size_t cip = filled(dev, ci), cop = filled(dev, co), in = product_stride(dev, ci),
                 out = product_stride(dev, co), outputs = (size_t)p->oy * (size_t)p->ox;
    float *v = work, *m = v + PRODUCTS * in;
    const ax_map *input[TILES][PRODUCTS];
    ptrdiff_t output[TILES][OUT * OUT];
    u += p->before * cip * cop;
    size_t next = find_inputs(g, p, lo, hi, x, ci, input);
    for (size_t first = lo, n; first < hi; first += n) {
        n = next;
        for (size_t i = 0; i < n; i++) {
            ax_cpu_maps(dev)->winograd_input(p->oy, p->ox, input[i], ci, v + i * cip, in);
            find_outputs(g, p, place_of(p, first + i), co, output[i]);
        }
        next = find_inputs(g, p, first + n, hi, x, ci, input);
        for (size_t q = 0; q < p->products; q++) {
            for (size_t i = 0; i < next; i++)
                fetch(input[i][q], ci);
            for (size_t i = 0; i < n && q < outputs; i++)
                if (output[i][q] >= 0)
                    fetch(y + output[i][q], co);
            dev->k->matmul(v + q * in, u + q * cip * cop, m + q * out, (int32_t)n, (int32_t)cip, (int32_t)cop, NULL, 0);
        }
        for (size_t i = 0; i < n; i++)
            ax_cpu_maps(dev)->winograd_output(p->oy, p->ox, m + i * cop, out, e, co, y, output[i]);
    }
}

/* Computes the tiles of all parts, with weights from transform_weights. */
static void convolve(ax_device *dev, const ax_winograd *w, int32_t n, const ax_map *x, int32_t ci, const float *u,
                     const ax_epilogue *e, int32_t co, ax_map *y, float *tiles)
{
    part parts[PARTS];
    size_t products;
    const int count = parts_of(w, parts, &products);
    int T = dev->threads;
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++)
        for (int p = 0; p < count; p++) {
            size_t lo, hi;
            ax_cpu_span((size_t)n * parts[p].rows * parts[p].columns, AX_MATMUL_ROWS, T, t, &lo, &hi);
            convolve_tiles(dev, &w->g, &parts[p], lo, hi, x, ci, u, e, co, y,
                           tiles + (size_t)t * tile_floats(dev, ci, co));
        }
}

static void forward(ax_device *dev, const ax_winograd *w, const ax_conv_memory *m)
{
    part parts[PARTS];
    size_t products;
    const int32_t ci = w->g.ci, co = w->g.co;
    const int count = parts_of(w, parts, &products);
    float *u = ax_conv_packed(m);
    if (!m->ready)
        transform_weights(dev, parts, count, m->w, (size_t)ci * 9, 9, false, ci, co, u);
    convolve(dev, w, m->n, m->x, ci, u, m->e, co, m->y, ax_conv_scratch(m, weight_floats(dev, products, ci, co)));
}

static void data(ax_device *dev, const ax_winograd *w, const ax_conv_memory *m)
{
    part parts[PARTS];
    size_t products;
    const int32_t ci = w->g.ci, co = w->g.co;
    const int count = parts_of(w, parts, &products);
    float *u = m->work;
    transform_weights(dev, parts, count, m->w, 9, (size_t)ci * 9, true, co, ci, u);
    convolve(dev, w, m->n, m->dy, co, u, NULL, ci, m->dx, u + weight_floats(dev, products, co, ci));
}

/* sum += products of a part's tiles lo .. hi with their gradients. */
static void add_tiles(ax_device *dev, const ax_conv_shape *g, const part *p, size_t lo, size_t hi, const ax_map *x,
                      const ax_map *dy, float *sum, float *work)
{
    const int32_t ci = g->ci, co = g->co;
    const size_t cip = filled(dev, ci), cop = filled(dev, co), in = product_stride(dev, ci),
                 out = product_stride(dev, co);
    float *v = work, *d = v + PRODUCTS * in;
    const ax_map *input[TILES][PRODUCTS], *gradient[OUT * OUT];
    size_t next = find_inputs(g, p, lo, hi, x, ci, input);
    for (size_t first = lo, n; first < hi; first += n) {
        n = next;
        for (size_t i = 0; i < n; i++) {
            const place at = place_of(p, first + i);
            ax_cpu_maps(dev)->winograd_input(p->oy, p->ox, input[i], ci, v + i * cip, in);
            find_pixels(g, dy + at.image * image_floats(g, co), co, at.y, at.x, p->oy, p->ox, zeros, gradient);
            ax_cpu_maps(dev)->winograd_gradient(p->oy, p->ox, gradient, co, d + i * cop, out);
        }
        next = find_inputs(g, p, first + n, hi, x, ci, input);
        for (size_t q = 0; q < p->products; q++) {
            for (size_t i = 0; i < next; i++)
                fetch(input[i][q], ci);
            dev->k->outer_sum(v + q * in, d + q * out, sum + q * (size_t)co * cip, (int32_t)n, (int32_t)cip, co,
                              (int32_t)cop, NULL);
        }
    }
}

static void weights(ax_device *dev, const ax_winograd *w, int32_t n, const ax_map *x, const ax_map *dy, float *dw,
                    float *work)
{
    const int32_t ci = w->g.ci, co = w->g.co;
    part parts[PARTS];
    size_t products, cip = filled(dev, ci);
    const int count = parts_of(w, parts, &products);
    size_t each = sum_floats(dev, products, ci, co);
    int T = dev->threads;
    float *sums = work, *tiles = sums + (size_t)T * each;
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        memset(sums + (size_t)t * each, 0, each * sizeof *sums);
        for (int p = 0; p < count; p++) {
            size_t lo, hi;
            ax_cpu_span((size_t)n * parts[p].rows * parts[p].columns, AX_MATMUL_ROWS, T, t, &lo, &hi);
            add_tiles(dev, &w->g, &parts[p], lo, hi, x, dy,
                      sums + (size_t)t * each + sum_floats(dev, parts[p].before, ci, co),
                      tiles + (size_t)t * tile_floats(dev, ci, co));
        }
    }
#pragma omp parallel for num_threads(T) schedule(static)
    for (int32_t o = 0; o < co; o++)
        for (int p = 0; p < count; p++)
            dev->k->winograd_taps(parts[p].oy, parts[p].ox,
                                  sums + sum_floats(dev, parts[p].before, ci, co) + (size_t)o * cip, (size_t)co * cip,
                                  each, T, ci, dw + (size_t)o * (size_t)ci * 9, p > 0);
}

/* ---- the implementation ---- */

static bool fits(const ax_device *dev, const ax_conv *c)
{
    return c->groups == 1 && ax_cpu_winograd_fits(dev, &c->shape);
}

static double cost(const ax_device *dev, const ax_conv *c)
{
    (void)dev;
    const double transforms = 0.5; /* they take about half as long as the products */
    return (1 + transforms) * ax_cpu_winograd_products(&c->shape) * c->shape.ci * c->shape.co;
}

static ax_code prepare(ax_device *dev, ax_conv *c, size_t *work, ax_err *err)
{
    ax_winograd *w = calloc(1, sizeof *w);
    if (!w)
        return ax_fail(err, AX_ENOMEM, "out of memory");
    c->prep = w;
    ax_code code = ax_cpu_winograd_init(w, &c->shape, err);
    *work = code == AX_OK ? work_bytes(dev, c, w) : 0;
    return code;
}

static void release(ax_conv *c)
{
    if (c->prep)
        ax_cpu_winograd_release(c->prep);
    free(c->prep);
}

static void run(ax_device *dev, const ax_conv *c, const ax_conv_memory *m)
{
    if (c->passes & AX_CONV_FORWARD)
        forward(dev, c->prep, m);
    if (c->passes & AX_CONV_DATA)
        data(dev, c->prep, m);
    if (c->passes & AX_CONV_WEIGHTS)
        weights(dev, c->prep, m->n, m->x, m->dy, m->dw, m->work);
}

const ax_conv_impl ax_conv_winograd = {
    .name = "winograd", .fits = fits, .cost = cost, .prepare = prepare, .run = run, .release = release
};
