/* Direct convolution: at most AX_DIRECT_TAPS taps; no gradient of the input with a stride. */
#include "engine/backend/cpu/conv.h"

#include <string.h>

enum { MOST_KERNEL = 5, SPANS = 2 * MOST_KERNEL + 1 };
_Static_assert(MOST_KERNEL *MOST_KERNEL == AX_DIRECT_TAPS, "spans of the largest kernel");

static bool fits(const ax_device *dev, const ax_conv *c)
{
    (void)dev;
    const ax_conv_shape *g = &c->shape;
    return c->groups == 1 && (g->stride == 1 || !(c->passes & AX_CONV_DATA)) &&
           g->kernel * g->kernel <= AX_DIRECT_TAPS && !(AX_NARROW_MAPS && c->passes & AX_CONV_WEIGHTS);
}

static double cost(const ax_device *dev, const ax_conv *c)
{
    (void)dev;
    const int32_t inputs = c->passes & AX_CONV_DATA ? c->shape.co : c->shape.ci;
    return ax_conv_macs(c) * ax_weights_of(inputs) / inputs;
}

/* Floats of the scratch's parts for a convolution of ci to co channels: weights, bias. */
static size_t packed_floats(const ax_device *dev, const ax_conv_shape *g)
{
    size_t channels = ax_cpu_round_up((size_t)g->co, (size_t)dev->k->lanes);
    return ax_cpu_align_floats((size_t)g->kernel * (size_t)g->kernel * (size_t)g->ci * channels);
}

static size_t forward_floats(const ax_device *dev, const ax_conv_shape *g)
{
    return packed_floats(dev, g) + ax_cpu_round_up((size_t)g->co, (size_t)dev->k->lanes);
}

static size_t weight_floats(const ax_conv_shape *g)
{
    return (size_t)g->kernel * (size_t)g->kernel * (size_t)g->ci * (size_t)g->co;
}

/* The convolution that computes dx from dy. */
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
    *work = ax_conv_work(c, most > weights ? most : weights, forward ? packed_floats(dev, g) : 0);
    return AX_OK;
}

/* ---- zones ---- */

/* Outputs along one axis that see the same taps inside the map. */
typedef struct span {
    int32_t first, n, k0, k1;
} span;

static int spans_of(const ax_conv_shape *g, int32_t in, int32_t out, span spans[SPANS])
{
    int n = 0;
    for (int32_t o = 0; o < out; o++) {
        int32_t k0 = 0, k1 = g->kernel, at = o * g->stride - g->pad;
        while (k0 < k1 && at + k0 * g->dilation < 0)
            k0++;
        while (k0 < k1 && at + (k1 - 1) * g->dilation >= in)
            k1--;
        if (k0 == k1)
            k0 = k1 = 0;
        if (n && spans[n - 1].k0 == k0 && spans[n - 1].k1 == k1)
            spans[n - 1].n++;
        else
            spans[n++] = (span) { o, 1, k0, k1 };
    }
    return n;
}

static size_t zones_of(const ax_conv_shape *g, ax_zone zones[SPANS * SPANS])
{
    span rows[SPANS], columns[SPANS];
    const int n_rows = spans_of(g, g->h, g->oh, rows), n_columns = spans_of(g, g->w, g->ow, columns);
    size_t n = 0;
    for (int i = 0; i < n_rows; i++)
        for (int k = 0; k < n_columns; k++) {
            const span *r = &rows[i], *c = &columns[k];
            zones[n++] = (ax_zone) { r->first, c->first, r->n, c->n, r->k0, r->k1, c->k0, c->k1, 0 };
        }
    return n;
}

static size_t outputs_of(const ax_zone *z, size_t images)
{
    return images * (size_t)z->rows * (size_t)z->columns;
}

/* A zone's taps, and the access to its outputs. */
static size_t tile_cost(const ax_zone *z)
{
    return (size_t)(z->kh1 - z->kh0) * (size_t)(z->kw1 - z->kw0) + 1;
}

static size_t zone_cost(const ax_device *dev, const ax_zone *z, size_t images)
{
    const size_t tile = (size_t)ax_direct_pixels(dev->k->lanes);
    return (outputs_of(z, images) + tile - 1) / tile * tile_cost(z);
}

/* ---- passes ---- */

/* Weights, whose element (o, i, k) is at w[o * so + i * si + k], and where they are packed. */
typedef struct packing {
    const ax_conv_shape *g;
    const float *w;
    size_t so, si;
    bool turn; /* taps are rotated */
    ax_weight *packed;
} packing;

static size_t weights_per_output(const ax_conv_shape *g)
{
    return (size_t)g->kernel * (size_t)g->kernel * (size_t)ax_weights_of(g->ci);
}

AX_CPU_WORK(pack_inputs)
{
    const packing *p = job;
    const ax_conv_shape *g = p->g;
    for (int32_t c0 = 0, width; c0 < g->co; c0 += width) {
        width = ax_direct_block(dev->k->lanes, g->co - c0);
        ax_conv_pack(g, p->w, p->so, p->si, p->turn, c0, width, (int32_t)lo, (int32_t)hi,
                     p->packed + (size_t)c0 * weights_per_output(g));
    }
}

static void pack(const ax_device *dev, const packing *p)
{
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, weights_per_output(p->g) * (size_t)p->g->co / 2), (size_t)p->g->ci, 1,
                        pack_inputs, p);
}

/* The epilogue with its bias padded to whole vectors; for constant weights it already is. */
static ax_epilogue filled(const ax_device *dev, const ax_conv *c, const ax_epilogue *e, float *bias)
{
    ax_epilogue own = e ? *e : (ax_epilogue) { 0 };
    if (own.bias && !c->constant) {
        memset(bias, 0, ax_cpu_round_up((size_t)c->shape.co, (size_t)dev->k->lanes) * sizeof *bias);
        memcpy(bias, own.bias, (size_t)c->shape.co * sizeof *bias);
        own.bias = bias;
    }
    return own;
}

/* A convolution, zone by zone. */
typedef struct tiling {
    const ax_conv_shape *g;
    size_t images, n; /* zones */
    ax_zone zone[SPANS * SPANS];
    const ax_map *x;
    const ax_weight *packed;
    const ax_epilogue *e;
    ax_map *y;
} tiling;

/* The tiles that begin in a share lo .. hi of the work of all zones. */
AX_CPU_WORK(convolve_tiles)
{
    const tiling *c = job;
    const size_t tile = (size_t)ax_direct_pixels(dev->k->lanes);
    size_t before = 0;
    for (size_t i = 0; i < c->n; before += zone_cost(dev, &c->zone[i++], c->images)) {
        const size_t each = tile_cost(&c->zone[i]), last = outputs_of(&c->zone[i], c->images);
        const size_t from = lo > before ? (lo - before + each - 1) / each * tile : 0;
        const size_t to = hi > before ? (hi - before + each - 1) / each * tile : 0;
        if (from < to && from < last)
            ax_cpu_maps(dev)->direct_forward(c->g, &c->zone[i], c->x, c->packed, c->e, c->y, from,
                                             to < last ? to : last);
    }
}

static void convolve(ax_device *dev, const ax_conv_shape *g, int32_t n, const ax_map *x, const ax_weight *packed,
                     const ax_epilogue *e, ax_map *y)
{
    tiling c = { .g = g, .images = (size_t)n, .x = x, .packed = packed, .e = e, .y = y };
    const size_t tile = (size_t)ax_direct_pixels(dev->k->lanes);
    size_t all = 0;
    c.n = zones_of(g, c.zone);
    for (size_t i = 0; i < c.n; i++)
        all += zone_cost(dev, &c.zone[i], c.images);
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, all * tile * (size_t)g->ci * (size_t)g->co), all, 1, convolve_tiles, &c);
}

static void forward(ax_device *dev, const ax_conv *c, const ax_conv_memory *m)
{
    const ax_conv_shape *g = &c->shape;
    const size_t kk = (size_t)g->kernel * (size_t)g->kernel;
    ax_weight *packed = ax_conv_packed(m);
    const ax_epilogue e = filled(dev, c, m->e, ax_conv_scratch(m, packed_floats(dev, g)));
    if (!m->ready)
        pack(dev, &(packing) { g, m->w, (size_t)g->ci * kk, kk, false, packed });
    convolve(dev, g, m->n, m->x, packed, &e, m->y);
}

static void data(ax_device *dev, const ax_conv_shape *g, const ax_conv_memory *m)
{
    const size_t kk = (size_t)g->kernel * (size_t)g->kernel;
    const ax_conv_shape back = turned(g);
    pack(dev, &(packing) { &back, m->w, kk, (size_t)g->ci * kk, true, m->work });
    convolve(dev, &back, m->n, m->dy, m->work, NULL, m->dx);
}

#if !defined(AX_BF16_MAPS)
typedef struct weight_pass {
    const ax_conv_shape *g;
    const float *x, *dy;
    float *sums; /* per task */
} weight_pass;

AX_CPU_WORK(add_rows)
{
    const weight_pass *w = job;
    const ax_conv_shape *g = w->g;
    const size_t in = (size_t)g->h * (size_t)g->w * (size_t)g->ci, out = (size_t)g->oh * (size_t)g->ow * (size_t)g->co;
    float *sum = w->sums + (size_t)task * weight_floats(g);
    memset(sum, 0, weight_floats(g) * sizeof *sum);
    ax_cpu_part p;
    while (ax_cpu_next_part(&lo, hi, (size_t)g->oh, &p))
        dev->k->direct_backward_weights(g, w->x + p.image * in, w->dy + p.image * out, sum, (int32_t)p.first,
                                        (int32_t)p.last);
}

static void weights(ax_device *dev, const ax_conv_shape *g, int32_t n, const float *x, const float *dy, float *dw,
                    float *sums)
{
    const size_t rows = (size_t)n * (size_t)g->oh, each = weight_floats(g);
    const int T = ax_cpu_tasks(dev, rows * (size_t)g->ow * each);
    ax_cpu_parallel_for(dev, T, rows, 1, add_rows, &(weight_pass) { g, x, dy, sums });
    size_t kk = (size_t)g->kernel * (size_t)g->kernel, ci = (size_t)g->ci, co = (size_t)g->co;
    size_t so = ax_direct_narrow(g) ? 1 : ci, si = ax_direct_narrow(g) ? co : 1;
    for (size_t o = 0; o < co; o++)
        for (size_t k = 0; k < kk; k++)
            for (size_t i = 0; i < ci; i++) {
                float s = 0.0f;
                for (int t = 0; t < T; t++)
                    s += sums[(size_t)t * each + k * co * ci + o * so + i * si];
                dw[(o * ci + i) * kk + k] = s;
            }
}
#endif

static void run(ax_device *dev, const ax_conv *c, const ax_conv_memory *m)
{
    const ax_conv_shape *g = &c->shape;
    if (c->passes & AX_CONV_FORWARD)
        forward(dev, c, m);
    if (c->passes & AX_CONV_DATA)
        data(dev, g, m);
#if !defined(AX_BF16_MAPS) /* im2col has products of pairs for this */
    if (c->passes & AX_CONV_WEIGHTS)
        weights(dev, g, m->n, m->x, m->dy, m->dw, m->work);
#endif
}

static void rows(const ax_device *dev, const ax_conv *c, const ax_conv_rows *m)
{
    const ax_conv_shape *g = &c->shape;
    int32_t r0 = m->r0, r1 = m->r1;
    if (m->ring) { /* a 1x1 convolution: its rows are the input's */
        r1 = r0 % m->ring + r1 - r0;
        r0 %= m->ring;
    }
    ax_zone zones[SPANS * SPANS];
    const size_t n = zones_of(g, zones);
    for (size_t i = 0; i < n; i++) {
        ax_zone z = zones[i];
        const int32_t first = z.r0 > r0 ? z.r0 : r0, end = z.r0 + z.rows < r1 ? z.r0 + z.rows : r1;
        z.r0 = first, z.rows = end - first, z.from = r0;
        if (z.rows > 0)
            ax_cpu_maps(dev)->direct_forward(g, &z, m->x, m->packed, m->e, m->y, 0, outputs_of(&z, 1));
    }
}

const ax_conv_impl ax_conv_direct = {
    .name = "direct", .fits = fits, .cost = cost, .prepare = prepare, .run = run, .rows = rows
};
