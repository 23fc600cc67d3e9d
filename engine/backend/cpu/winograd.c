#include "engine/backend/cpu/winograd.h"

#include <stdlib.h>
#include <string.h>

enum {
    IN = 6,  /* most pixels along a side of a tile's input */
    OUT = 4, /* and of its output */
    PRODUCTS = IN * IN,
    TILES = 4 * AX_MATMUL_ROWS /* at once: their transforms stay in the second cache */
};

static int32_t axis_tiles(int32_t size, int32_t dilation, int out)
{
    int32_t n = 0;
    for (int32_t r = 0; r < dilation && r < size; r++)
        n += ((size - r + dilation - 1) / dilation + out - 1) / out;
    return n;
}

static int64_t taps_inside(int32_t size, int32_t dilation)
{
    return size + 2 * (size > dilation ? size - dilation : 0);
}

/* Products of one tile. */
static size_t products_of_tile(int out)
{
    size_t in = (size_t)out + 2;
    return in * in;
}

static int64_t products_of(const ax_conv_shape *g, int out)
{
    return (int64_t)products_of_tile(out) * axis_tiles(g->h, g->dilation, out) * axis_tiles(g->w, g->dilation, out);
}

/* The side of a tile's output with which there is less to do: it matters where a dilated map falls into small ones. */
static int best_out(const ax_conv_shape *g)
{
    return products_of(g, OUT - 1) < products_of(g, OUT) ? OUT - 1 : OUT;
}

bool ax_cpu_winograd_fits(const ax_device *dev, const ax_conv_shape *g)
{
    /* with few channels the transforms cost more than the products that they save */
    if (!dev->winograd || g->kernel != 3 || g->stride != 1 || g->pad != g->dilation || g->ci < 16 || g->co < 16 ||
        g->ci > AX_WINOGRAD_CHANNELS || g->co > AX_WINOGRAD_CHANNELS)
        return false;
    int64_t direct = taps_inside(g->h, g->dilation) * taps_inside(g->w, g->dilation);
    return 3 * products_of(g, best_out(g)) < 2 * direct; /* the transforms take about a third as long as the products */
}

static ax_code axis_init(ax_winograd_axis *a, int32_t size, int32_t dilation, int out, ax_err *err)
{
    a->tiles = 0;
    a->start = calloc((size_t)axis_tiles(size, dilation, out), sizeof *a->start);
    if (!a->start)
        return ax_fail(err, AX_ENOMEM, "out of memory");
    for (int32_t r = 0; r < dilation && r < size; r++)
        for (int32_t at = r; at < size; at += out * dilation)
            a->start[a->tiles++] = at;
    return AX_OK;
}

ax_code ax_cpu_winograd_init(ax_winograd *w, const ax_conv_shape *g, ax_err *err)
{
    *w = (ax_winograd) { .g = *g, .out = best_out(g) };
    ax_code code = axis_init(&w->y, g->h, g->dilation, w->out, err);
    if (code == AX_OK)
        code = axis_init(&w->x, g->w, g->dilation, w->out, err);
    if (code != AX_OK)
        ax_cpu_winograd_release(w);
    return code;
}

void ax_cpu_winograd_release(ax_winograd *w)
{
    free(w->y.start);
    free(w->x.start);
    w->y.start = w->x.start = NULL;
}

/* ---- scratch ---- */

/* Channels filled up to whole vectors. */
static size_t filled(const ax_device *dev, int32_t c)
{
    return ax_cpu_round_up((size_t)c, (size_t)dev->k->lanes);
}

/* Floats of the transformed weights from ci to co channels, of the transforms of a task's tiles, and of a task's
   gradient sums. */
static size_t weight_floats(const ax_device *dev, int32_t ci, int32_t co)
{
    return PRODUCTS * filled(dev, ci) * filled(dev, co);
}
/* From one product of the tiles to the next: a cache line more than they need, so that the products of a tile don't all
   fall into the same few sets of the first cache. */
static size_t product_stride(const ax_device *dev, int32_t c)
{
    return TILES * filled(dev, c) + 16;
}
static size_t tile_floats(const ax_device *dev, int32_t ci, int32_t co)
{
    return PRODUCTS * (product_stride(dev, ci) + product_stride(dev, co));
}
static size_t sum_floats(const ax_device *dev, int32_t ci, int32_t co)
{
    return PRODUCTS * filled(dev, ci) * (size_t)co;
}

size_t ax_cpu_winograd_work(const ax_device *dev, const ax_conv_shape *g)
{
    size_t tiles = (size_t)dev->threads * tile_floats(dev, g->ci, g->co);
    size_t a = weight_floats(dev, g->ci, g->co), b = (size_t)dev->threads * sum_floats(dev, g->ci, g->co);
    return (tiles + (a > b ? a : b)) * sizeof(float) + 4096;
}

/* ---- weights ---- */

/* Goes to {product}{block of 2 * lanes outputs, or the last of lanes}{ci}{output}. Element (o, i, k) of w is at
   o * so + i * si + k, the taps turned round if asked. */
static void transform_weights(ax_device *dev, int out, const float *w, size_t so, size_t si, bool turn, int32_t ci,
                              int32_t co, float *u)
{
    const size_t lanes = (size_t)dev->k->lanes, cip = filled(dev, ci), cop = filled(dev, co);
#pragma omp parallel for num_threads(ax_cpu_tasks(dev, PRODUCTS *cip *cop)) schedule(static)
    for (size_t o = 0; o < cop; o += lanes) {
        size_t block = o / (2 * lanes) * 2 * lanes, width = cop - block >= 2 * lanes ? 2 * lanes : lanes;
        float *to = u + block * cip + o % (2 * lanes);
        size_t n = (size_t)co - o < lanes ? (size_t)co - o : lanes;
        dev->k->winograd_filter(out, w + o * so, so, si, turn, ci, (int32_t)n, to, width, cip * cop);
        for (size_t i = (size_t)ci; i < cip; i++)
            for (size_t p = 0; p < products_of_tile(out); p++)
                memset(to + p * cip * cop + i * width, 0, lanes * sizeof *to);
    }
}

/* ---- tiles ---- */

typedef struct place {
    size_t image;
    int32_t y, x; /* of the first output */
} place;

static place place_of(const ax_winograd *w, size_t tile)
{
    size_t row = tile / (size_t)w->x.tiles;
    return (place) { row / (size_t)w->y.tiles, w->y.start[row % (size_t)w->y.tiles],
                     w->x.start[tile % (size_t)w->x.tiles] };
}

/* Addresses of the n * n pixels from (y, x) on, dilation apart; outside: `outside`. */
static void find_pixels(const ax_winograd *w, const float *image, int32_t c, int32_t y, int32_t x, int n,
                        const float *outside, const float **to)
{
    const int32_t h = w->g.h, width = w->g.w, d = w->g.dilation;
    for (int i = 0; i < n; i++, y += d)
        for (int k = 0; k < n; k++) {
            int32_t at = x + k * d;
            bool in = (uint32_t)y < (uint32_t)h && (uint32_t)at < (uint32_t)width;
            *to++ = in ? image + ((ptrdiff_t)y * width + at) * c : outside;
        }
}

static size_t all_tiles(const ax_winograd *w, int32_t n)
{
    return (size_t)n * (size_t)w->y.tiles * (size_t)w->x.tiles;
}

/* Channels of zeros that a pixel outside is read from. */
static const float zeros[AX_WINOGRAD_CHANNELS];

static void input_tile(ax_device *dev, const ax_winograd *w, place at, const float *x, int32_t c, float *to,
                       size_t stride)
{
    const float *tap[PRODUCTS];
    size_t image = (size_t)w->g.h * (size_t)w->g.w * (size_t)c;
    find_pixels(w, x + at.image * image, c, at.y - w->g.dilation, at.x - w->g.dilation, w->out + 2, zeros, tap);
    dev->k->winograd_input(w->out, tap, c, to, stride);
}

/* ---- passes ---- */

static void convolve(ax_device *dev, const ax_winograd *w, int32_t n, const float *x, int32_t ci, const float *u,
                     const float *bias, int32_t co, float *y, float *work)
{
    size_t cip = filled(dev, ci), cop = filled(dev, co), tiles = all_tiles(w, n);
    size_t in = product_stride(dev, ci), out = product_stride(dev, co);
    const size_t products = products_of_tile(w->out);
    size_t out_image = (size_t)w->g.h * (size_t)w->g.w * (size_t)co;
    int T = dev->threads;
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        float *v = work + (size_t)t * tile_floats(dev, ci, co), *m = v + PRODUCTS * in;
        ax_cpu_span(tiles, AX_MATMUL_ROWS, T, t, &lo, &hi);
        for (size_t first = lo; first < hi; first += TILES) {
            size_t used = hi - first < TILES ? hi - first : TILES;
            for (size_t i = 0; i < used; i++)
                input_tile(dev, w, place_of(w, first + i), x, ci, v + i * cip, in);
            for (size_t p = 0; p < products; p++)
                dev->k->matmul(v + p * in, u + p * cip * cop, m + p * out, (int32_t)used, (int32_t)cip, (int32_t)cop);
            for (size_t i = 0; i < used; i++) {
                place at = place_of(w, first + i);
                const float *pixel[OUT * OUT];
                find_pixels(w, y + at.image * out_image, co, at.y, at.x, w->out, NULL, pixel);
                dev->k->winograd_output(w->out, m + i * cop, out, bias, co, (float *const *)pixel);
            }
        }
    }
}

void ax_cpu_winograd_forward(ax_device *dev, const ax_winograd *w, int32_t n, const float *x, const float *weight,
                             const float *bias, float *y, void *work)
{
    float *u = work;
    transform_weights(dev, w->out, weight, (size_t)w->g.ci * 9, 9, false, w->g.ci, w->g.co, u);
    convolve(dev, w, n, x, w->g.ci, u, bias, w->g.co, y, u + weight_floats(dev, w->g.ci, w->g.co));
}

void ax_cpu_winograd_data(ax_device *dev, const ax_winograd *w, int32_t n, const float *dy, const float *weight,
                          float *dx, void *work)
{
    float *u = work;
    transform_weights(dev, w->out, weight, 9, (size_t)w->g.ci * 9, true, w->g.co, w->g.ci, u);
    convolve(dev, w, n, dy, w->g.co, u, NULL, w->g.ci, dx, u + weight_floats(dev, w->g.co, w->g.ci));
}

void ax_cpu_winograd_weights(ax_device *dev, const ax_winograd *w, int32_t n, const float *x, const float *dy,
                             float *dw, void *work)
{
    const int32_t ci = w->g.ci, co = w->g.co;
    size_t cip = filled(dev, ci), cop = filled(dev, co), tiles = all_tiles(w, n);
    size_t in = product_stride(dev, ci), out = product_stride(dev, co);
    const size_t products = products_of_tile(w->out);
    size_t out_image = (size_t)w->g.h * (size_t)w->g.w * (size_t)co, each = sum_floats(dev, ci, co);
    int T = dev->threads;
    float *sums = work, *scratch = sums + (size_t)T * each;
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        float *v = scratch + (size_t)t * tile_floats(dev, ci, co), *g = v + PRODUCTS * in,
              *sum = sums + (size_t)t * each;
        memset(sum, 0, each * sizeof *sum);
        ax_cpu_span(tiles, AX_MATMUL_ROWS, T, t, &lo, &hi);
        for (size_t first = lo; first < hi; first += TILES) {
            size_t used = hi - first < TILES ? hi - first : TILES;
            for (size_t i = 0; i < used; i++) {
                place at = place_of(w, first + i);
                const float *pixel[OUT * OUT];
                input_tile(dev, w, at, x, ci, v + i * cip, in);
                find_pixels(w, dy + at.image * out_image, co, at.y, at.x, w->out, zeros, pixel);
                dev->k->winograd_gradient(w->out, pixel, co, g + i * cop, out);
            }
            for (size_t p = 0; p < products; p++)
                dev->k->outer_sum(v + p * in, g + p * out, sum + p * (size_t)co * cip, (int32_t)used, (int32_t)cip, co,
                                  (int32_t)cop);
        }
    }
#pragma omp parallel for num_threads(T) schedule(static)
    for (int32_t o = 0; o < co; o++)
        dev->k->winograd_taps(w->out, sums + (size_t)o * cip, (size_t)co * cip, each, T, ci,
                              dw + (size_t)o * (size_t)ci * 9);
}
