/* Dense 3x3 convolution by Winograd's minimal filtering in tiles of 4, 3 or 2 outputs along a side: stride 1, same
   size, any dilation. */
#include "engine/backend/cpu/conv.h"
#include "engine/backend/cpu/winograd_tiles.h"

#include <stdlib.h>
#include <string.h>

enum {
    OUT = AX_WINOGRAD_OUT, /* most outputs along a side of a tile */
    PRODUCTS = AX_WINOGRAD_PRODUCTS,
    TILES = 4 * AX_MATMUL_ROWS, /* tiles at once: their transforms stay in the second-level cache */
    LINE = 16                   /* floats in a cache line */
};

/* ---- scratch ---- */

/* Floats of the transformed weights from ci to co channels, of a task's transformed tiles, and of a task's gradient
   sums. */
static size_t weight_floats(const ax_device *dev, size_t products, int32_t ci, int32_t co)
{
    return products * ax_cpu_whole_vectors(dev, ci) * ax_cpu_whole_vectors(dev, co);
}
/* Distance between products of the tiles: one cache line more than needed, so that a tile's products don't all map to
   the same few sets of the first-level cache. */
static size_t product_stride(const ax_device *dev, int32_t c)
{
    return TILES * ax_cpu_whole_vectors(dev, c) + LINE;
}
static size_t tile_floats(const ax_device *dev, int32_t ci, int32_t co)
{
    return PRODUCTS * (product_stride(dev, ci) + product_stride(dev, co));
}
static size_t sum_floats(const ax_device *dev, size_t products, int32_t ci, int32_t co)
{
    return products * ax_cpu_whole_vectors(dev, ci) * (size_t)co;
}

/* Bytes of scratch for all passes. */
static size_t work_bytes(const ax_device *dev, ax_conv *c, const ax_winograd *w)
{
    const size_t products = ax_cpu_winograd_parts(w).products;
    size_t tiles = (size_t)dev->threads * tile_floats(dev, w->g.ci, w->g.co);
    size_t a = weight_floats(dev, products, w->g.ci, w->g.co);
    size_t b = c->constant ? 0 : (size_t)dev->threads * sum_floats(dev, products, w->g.ci, w->g.co);
    return ax_conv_work(c, tiles + (a > b ? a : b), a) + 4096;
}

/* ---- tiles ---- */

typedef struct place {
    size_t image;
    int32_t y, x; /* of the first output */
} place;

static place place_of(const ax_winograd_part *p, size_t tile)
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
static void find_outputs(const ax_conv_shape *g, const ax_winograd_part *p, place at, int32_t c, ptrdiff_t *to)
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
static size_t find_inputs(const ax_conv_shape *g, const ax_winograd_part *p, size_t first, size_t hi, const ax_map *x,
                          int32_t c, const ax_map *(*to)[PRODUCTS])
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
static void convolve_tiles(const ax_device *dev, const ax_conv_shape *g, const ax_winograd_part *p, size_t lo,
                           size_t hi, const ax_map *x, int32_t ci, const float *u, const ax_epilogue *e, int32_t co,
                           ax_map *y, float *work)
{
    const size_t cip = ax_cpu_whole_vectors(dev, ci), cop = ax_cpu_whole_vectors(dev, co), in = product_stride(dev, ci),
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

/* A pass over the tiles of all parts: x to y with transformed weights, or x and dy to sums per task. */
typedef struct pass {
    const ax_conv_shape *g;
    ax_winograd_parts parts;
    size_t n; /* images */
    const ax_map *x, *dy;
    const float *u;
    const ax_epilogue *e;
    int32_t ci, co;
    ax_map *y;
    float *sums, *tiles;
} pass;

/* Task `task` of `tasks` has an equal share of the tiles of each part. */
static void share_of(const pass *p, int k, int tasks, int task, size_t *lo, size_t *hi)
{
    ax_cpu_span(p->n * p->parts.part[k].rows * p->parts.part[k].columns, AX_MATMUL_ROWS, tasks, task, lo, hi);
}

AX_CPU_WORK(convolve_share)
{
    const pass *p = job;
    float *tiles = p->tiles + (size_t)task * tile_floats(dev, p->ci, p->co);
    for (int k = 0; k < p->parts.n; k++) {
        share_of(p, k, dev->threads, task, &lo, &hi);
        convolve_tiles(dev, p->g, &p->parts.part[k], lo, hi, p->x, p->ci, p->u, p->e, p->co, p->y, tiles);
    }
}

static pass pass_of(const ax_winograd *w, int32_t n)
{
    return (pass) { .g = &w->g, .parts = ax_cpu_winograd_parts(w), .n = (size_t)n, .ci = w->g.ci, .co = w->g.co };
}

static void each_task(ax_device *dev, ax_cpu_work *work, const pass *p)
{
    ax_cpu_parallel_for(dev, dev->threads, (size_t)dev->threads, 1, work, p);
}

static void forward(ax_device *dev, const ax_winograd *w, const ax_conv_memory *m)
{
    pass p = pass_of(w, m->n);
    float *u = ax_conv_packed(m);
    if (!m->ready)
        ax_cpu_winograd_transform(dev, &p.parts,
                                  &(ax_winograd_weights) { m->w, (size_t)p.ci * 9, 9, false, p.ci, p.co }, u);
    p.x = m->x, p.u = u, p.e = m->e, p.y = m->y;
    p.tiles = ax_conv_scratch(m, weight_floats(dev, p.parts.products, p.ci, p.co));
    each_task(dev, convolve_share, &p);
}

static void data(ax_device *dev, const ax_winograd *w, const ax_conv_memory *m)
{
    pass p = pass_of(w, m->n);
    const int32_t ci = w->g.ci, co = w->g.co;
    float *u = m->work;
    ax_cpu_winograd_transform(dev, &p.parts, &(ax_winograd_weights) { m->w, 9, (size_t)ci * 9, true, co, ci }, u);
    p.x = m->dy, p.u = u, p.y = m->dx, p.ci = co, p.co = ci;
    p.tiles = u + weight_floats(dev, p.parts.products, co, ci);
    each_task(dev, convolve_share, &p);
}

/* sum += products of a part's tiles lo .. hi with their gradients. */
static void add_tiles(const ax_device *dev, const ax_conv_shape *g, const ax_winograd_part *p, size_t lo, size_t hi,
                      const ax_map *x, const ax_map *dy, float *sum, float *work)
{
    const int32_t ci = g->ci, co = g->co;
    const size_t cip = ax_cpu_whole_vectors(dev, ci), cop = ax_cpu_whole_vectors(dev, co), in = product_stride(dev, ci),
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

AX_CPU_WORK(add_share)
{
    const pass *p = job;
    const size_t each = sum_floats(dev, p->parts.products, p->ci, p->co);
    float *sums = p->sums + (size_t)task * each, *tiles = p->tiles + (size_t)task * tile_floats(dev, p->ci, p->co);
    memset(sums, 0, each * sizeof *sums);
    for (int k = 0; k < p->parts.n; k++) {
        share_of(p, k, dev->threads, task, &lo, &hi);
        add_tiles(dev, p->g, &p->parts.part[k], lo, hi, p->x, p->dy,
                  sums + sum_floats(dev, p->parts.part[k].before, p->ci, p->co), tiles);
    }
}

typedef struct tap_sums {
    const pass *p;
    float *dw;
} tap_sums;

/* Outputs lo .. hi, from the sums of all tasks. */
AX_CPU_WORK(transform_sums)
{
    const tap_sums *s = job;
    const pass *p = s->p;
    const size_t cip = ax_cpu_whole_vectors(dev, p->ci), ci = (size_t)p->ci, co = (size_t)p->co;
    for (size_t o = lo; o < hi; o++)
        for (int k = 0; k < p->parts.n; k++)
            dev->k->winograd_taps(p->parts.part[k].oy, p->parts.part[k].ox,
                                  p->sums + sum_floats(dev, p->parts.part[k].before, p->ci, p->co) + o * cip, co * cip,
                                  sum_floats(dev, p->parts.products, p->ci, p->co), dev->threads, p->ci,
                                  s->dw + o * ci * 9, k > 0);
}

static void weights(ax_device *dev, const ax_winograd *w, const ax_conv_memory *m)
{
    pass p = pass_of(w, m->n);
    p.x = m->x, p.dy = m->dy, p.sums = m->work;
    p.tiles = p.sums + (size_t)dev->threads * sum_floats(dev, p.parts.products, p.ci, p.co);
    each_task(dev, add_share, &p);
    ax_cpu_parallel_for(dev, dev->threads, (size_t)p.co, 1, transform_sums, &(tap_sums) { &p, m->dw });
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
        weights(dev, c->prep, m);
}

const ax_conv_impl ax_conv_winograd = {
    .name = "winograd", .fits = fits, .cost = cost, .prepare = prepare, .run = run, .release = release
};
