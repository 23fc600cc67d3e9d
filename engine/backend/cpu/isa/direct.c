/* Dense convolution, NHWC, in register tiles: six or eight outputs by up to three vectors of channels, as a matrix
   product with rows addressed by pointers. All outputs of a zone see the same taps, so no work is wasted. */
#include "engine/backend/cpu/isa/epilogue.h"

#include <stddef.h>

enum {
    PIXELS = AX_LANES == 16 ? 8 : 6,
    TILES = 10 /* tiles at once: all but the first read a block's weights from the first-level cache */
};

/* The inputs of an output, in contiguous spans of floats: a kernel's row with dilation 1, else a pixel. */
typedef struct runs {
    int32_t n;
    ptrdiff_t length, at[AX_DIRECT_TAPS],
        weight[AX_DIRECT_TAPS]; /* offsets from the first input, and rows of weights */
} runs;

/* In an incomplete tile the last output is repeated. */
typedef struct tile {
    const ax_map *in[PIXELS]; /* first pixel seen */
    ax_map *out[PIXELS];
} tile;

static runs runs_of(const ax_conv_shape *g, const ax_zone *z)
{
    const ptrdiff_t ci = g->ci, line = (ptrdiff_t)g->w * ci, K = g->kernel;
    runs r = { .n = 0 };
    bool rows = g->dilation == 1 && ci % AX_PAIR == 0;
    r.length = rows ? (z->kw1 - z->kw0) * ci : ci;
    for (int32_t kh = z->kh0; kh < z->kh1; kh++)
        for (int32_t kw = z->kw0; kw < (rows && z->kw1 > z->kw0 ? z->kw0 + 1 : z->kw1); kw++) {
            r.at[r.n] = (kh - z->kh0) * g->dilation * line + (kw - z->kw0) * g->dilation * ci;
            r.weight[r.n++] = (kh * K + kw) * ax_weights_of(g->ci);
        }
    return r;
}

/* Position of an output in a zone. */
typedef struct place {
    ptrdiff_t image, row, column;
} place;

static place place_of(const ax_zone *z, size_t at)
{
    const size_t columns = (size_t)z->columns, pixels = (size_t)z->rows * columns;
    return (place) { (ptrdiff_t)(at / pixels), (ptrdiff_t)(at % pixels / columns), (ptrdiff_t)(at % columns) };
}

AX_INLINE void step(const ax_zone *z, place *at, ptrdiff_t n)
{
    at->column += n;
    if (at->column < z->columns)
        return;
    at->column -= z->columns;
    if (++at->row == z->rows)
        at->row = 0, at->image++;
}

/* The first pixel that an output sees, and the output's address. */
AX_INLINE void find_one(const ax_conv_shape *g, const ax_zone *z, place at, const ax_map *x, ax_map *y, tile *to, int t)
{
    const ptrdiff_t S = g->stride, D = g->dilation, r = z->r0 + at.row, o = z->o0 + at.column;
    const ptrdiff_t ih = r * S - g->pad + z->kh0 * D, iw = o * S - g->pad + z->kw0 * D;
    const bool none = z->kh0 == z->kh1 || z->kw0 == z->kw1;
    to->in[t] = none ? x : x + ((at.image * g->h + ih) * g->w + iw) * g->ci;
    to->out[t] = y + ((at.image * g->oh + r - z->from) * g->ow + o) * g->co;
}

/* The next n outputs of a zone. */
static void find(const ax_conv_shape *g, const ax_zone *z, const ax_map *x, ax_map *y, place *at, int n, tile *to)
{
    find_one(g, z, *at, x, y, to, 0);
    if (at->column + PIXELS <= z->columns) {
        for (int t = 1; t < PIXELS; t++) {
            to->in[t] = to->in[t - 1] + g->stride * g->ci;
            to->out[t] = to->out[t - 1] + g->co;
        }
        step(z, at, PIXELS);
        return;
    }
    for (int t = 1; t < PIXELS; t++) {
        if (t < n)
            step(z, at, 1);
        find_one(g, z, *at, x, y, to, t);
    }
    step(z, at, 1);
}

/* The same for an incomplete last vector, which may be at the end of a map. */
AX_INLINE void finish_part(const ax_epilogue *e, vf acc[PIXELS][3], const tile *at, const ax_map *y, ptrdiff_t first,
                           int32_t n, const int NV)
{
    const int32_t rest = n - (NV - 1) * AX_LANES;
    for (int t = 0; t < PIXELS; t++) {
        const ptrdiff_t to = at->out[t] - y + first;
        float last[AX_LANES];
        for (int v = 0; v < NV - 1; v++)
            acc[t][v] = ax_finish(e, acc[t][v], to + v * AX_LANES);
        AX_STORE(last, acc[t][NV - 1]);
        for (int32_t k = 0; k < rest; k++)
            last[k] = ax_finish_one(e, last[k], to + (NV - 1) * AX_LANES + k);
        acc[t][NV - 1] = AX_LOAD(last);
    }
}

/* A tile by NV vectors of output channels, of which n are wanted. w: this block's weights, {taps}{ci}{NV * lanes}. */
AX_INLINE void block(const runs *k, const tile *at, const ax_weight *w, const ax_epilogue *e, const ax_map *y,
                     ptrdiff_t first, int32_t n, const int NV)
{
    const ptrdiff_t width = NV * AX_LANES;
    const float *bias = e ? e->bias : NULL;
    vf acc[PIXELS][3];
#pragma GCC unroll 8
    for (int t = 0; t < PIXELS; t++)
        for (int v = 0; v < NV; v++) {
            acc[t][v] = (vf) { 0 };
            if (bias)
                acc[t][v] = AX_LOAD(bias + first + v * AX_LANES);
        }
    for (int32_t j = 0; j < k->n; j++) {
        const ax_weight *wk = w + k->weight[j] * width;
        const ax_map *p[PIXELS];
#pragma GCC unroll 8
        for (int t = 0; t < PIXELS; t++)
            p[t] = at->in[t] + k->at[j];
        ptrdiff_t i = 0;
        for (; i + AX_PAIR <= k->length; i += AX_PAIR, wk += width) {
            vw wv[3];
            for (int v = 0; v < NV; v++)
                wv[v] = AX_LOAD_WEIGHT(wk + v * AX_LANES);
#pragma GCC unroll 8
            for (int t = 0; t < PIXELS; t++)
                for (int v = 0; v < NV; v++)
                    AX_ADD_PRODUCT(acc[t][v], wv[v], p[t] + i);
        }
        if (AX_PAIR > 1 && i < k->length) /* without its neighbour, which may be outside the map */
            for (int t = 0; t < PIXELS; t++) {
                const ax_map pair[2] = { p[t][i], 0 };
                for (int v = 0; v < NV; v++)
                    AX_ADD_PRODUCT(acc[t][v], AX_LOAD_WEIGHT(wk + v * AX_LANES), pair);
            }
    }
    if (ax_finishes(e) && n == width) {
#pragma GCC unroll 8
        for (int t = 0; t < PIXELS; t++)
            for (int v = 0; v < NV; v++)
                acc[t][v] = ax_finish(e, acc[t][v], at->out[t] - y + first + v * AX_LANES);
    } else if (ax_finishes(e)) {
        finish_part(e, acc, at, y, first, n, NV);
    }
    if (n == width) {
#pragma GCC unroll 8
        for (int t = 0; t < PIXELS; t++)
            for (int v = 0; v < NV; v++)
                AX_STORE_MAP(at->out[t] + first + v * AX_LANES, acc[t][v]);
        return;
    }
#pragma GCC unroll 8
    for (int t = 0; t < PIXELS; t++) {
        for (int v = 0; v < NV - 1; v++)
            AX_STORE_MAP(at->out[t] + first + v * AX_LANES, acc[t][v]);
        ax_store_part(at->out[t] + first + (NV - 1) * AX_LANES, acc[t][NV - 1], n - (NV - 1) * AX_LANES);
    }
}

void AX_ISA_NAME(direct_forward)(const ax_conv_shape *g, const ax_zone *z, const ax_map *x, const ax_weight *packed,
                                 const ax_epilogue *e, ax_map *y, size_t p0, size_t p1)
{
    const runs k = runs_of(g, z);
    const ptrdiff_t rows = (ptrdiff_t)g->kernel * g->kernel * ax_weights_of(g->ci);
    tile tiles[TILES];
    place next = place_of(z, p0);
    for (size_t p = p0; p < p1; p += PIXELS * TILES) {
        int used = 0;
        for (size_t at = p; at < p1 && used < TILES; at += PIXELS, used++)
            find(g, z, x, y, &next, p1 - at < PIXELS ? (int)(p1 - at) : PIXELS, &tiles[used]);
        const ax_weight *w = packed;
        for (int32_t c0 = 0, width; c0 < g->co; c0 += width) {
            width = ax_direct_block(AX_LANES, g->co - c0);
            const int32_t n = g->co - c0 < width ? g->co - c0 : width;
            for (int i = 0; i < used; i++)
                if (AX_LANES == 16 && width == 3 * AX_LANES)
                    block(&k, &tiles[i], w, e, y, c0, n, 3);
                else if (width == 2 * AX_LANES)
                    block(&k, &tiles[i], w, e, y, c0, n, 2);
                else
                    block(&k, &tiles[i], w, e, y, c0, n, 1);
            w += rows * width;
        }
    }
}
