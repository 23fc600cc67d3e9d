/* Maximum pooling, row by row, and mixtures of two maps with a factor per channel. */
#include "engine/backend/cpu/isa/vec.h"

#include <math.h>

/* The part of a window that lies on the map: rows i0 .. i1 and columns j0 .. j1 of its taps, and the pixel that tap (0,
   0) would see. */
typedef struct window {
    int32_t i0, i1, j0, j1, kernel;
    const ax_map *origin;
    ptrdiff_t row, pixel; /* distances in the map */
} window;

/* The taps first .. *last of an axis that see it, where the first one would see position `at`. */
AX_INLINE int32_t seen(int32_t at, int32_t kernel, int32_t size, int32_t *last)
{
    *last = size - at < kernel ? size - at : kernel;
    return at < 0 ? -at : 0;
}

/* A vector of places from and to bytes. Compilers convert such vectors one element at a time. */
AX_INLINE vi load_places(const uint8_t *p)
{
#if defined(AX_ISA_v4)
    return (vi)_mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)p));
#elif defined(AX_ISA_v3)
    return (vi)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)p));
#else
    vi v;
    for (int l = 0; l < AX_LANES; l++)
        v[l] = p[l];
    return v;
#endif
}
AX_INLINE void store_places(uint8_t *p, vi v)
{
#if defined(AX_ISA_v4)
    _mm_storeu_si128((void *)p, _mm512_cvtepi32_epi8((__m512i)v));
#elif defined(AX_ISA_v3)
    const __m128i low = _mm256_castsi256_si128((__m256i)v), high = _mm256_extracti128_si256((__m256i)v, 1);
    const __m128i twos = _mm_packus_epi32(low, high);
    _mm_storel_epi64((void *)p, _mm_packus_epi16(twos, twos));
#else
    for (int l = 0; l < AX_LANES; l++)
        p[l] = (uint8_t)v[l];
#endif
}

AX_INLINE vi either(vi mask, vi a, vi b)
{
    return (a & mask) | (b & ~mask);
}

/* The maxima of a vector's channels and, unless place is NULL, the taps that see them: the first of equal ones; the
   last NaN wins. */
AX_INLINE void find_maxima(const window *v, int32_t k, ax_map *y, uint8_t *place)
{
    vf best = (vf) { 0 } - INFINITY;
    vi where = (vi) { 0 } + (v->i0 * v->kernel + v->j0);
    for (int32_t i = v->i0; i < v->i1; i++)
        for (int32_t j = v->j0; j < v->j1; j++) {
            const vf x = AX_LOAD_MAP(v->origin + i * v->row + j * v->pixel + k);
            const vi wins = (x > best) | ~(x <= (vf) { 0 } + INFINITY);
            best = (vf)either(wins, (vi)x, (vi)best);
            where = either(wins, (vi) { 0 } + (i * v->kernel + j), where);
        }
    AX_STORE_MAP(y + k, best);
    if (place)
        store_places(place + k, where);
}

/* The same of a single channel. */
AX_INLINE void find_maximum(const window *v, int32_t k, ax_map *y, uint8_t *place)
{
    float best = -INFINITY;
    int32_t where = v->i0 * v->kernel + v->j0;
    for (int32_t i = v->i0; i < v->i1; i++)
        for (int32_t j = v->j0; j < v->j1; j++) {
            const float x = ax_map_get(v->origin[i * v->row + j * v->pixel + k]);
            const bool wins = x > best || isnan(x);
            best = wins ? x : best;
            where = wins ? i * v->kernel + j : where;
        }
    y[k] = ax_map_put(best);
    if (place)
        place[k] = (uint8_t)where;
}

void AX_ISA_NAME(max_pool_row)(const ax_map *x, const ax_dw *g, int32_t row, ax_map *y, uint8_t *place)
{
    const int32_t top = row * g->stride - g->pad;
    window v = { .kernel = g->kernel, .row = (ptrdiff_t)g->w * g->c, .pixel = g->c };
    v.i0 = seen(top, g->kernel, g->h, &v.i1);
    for (int32_t o = 0; o < g->ow; o++, y += g->c, place += place ? g->c : 0) {
        const int32_t left = o * g->stride - g->pad;
        v.j0 = seen(left, g->kernel, g->w, &v.j1);
        v.origin = x + top * v.row + left * v.pixel;
        int32_t k = 0;
        for (; k + AX_LANES <= g->c; k += AX_LANES)
            find_maxima(&v, k, y, place);
        for (; k < g->c; k++)
            find_maximum(&v, k, y, place);
    }
}

/* Adds those of n gradients whose windows have their maximum at tap `at`. */
AX_INLINE void add_where(const ax_map *dy, const uint8_t *place, int32_t at, int32_t n, float *sum)
{
    int32_t k = 0;
    for (; k + AX_LANES <= n && AX_LANES > 4; k += AX_LANES) { /* plain vectors have no conversion of bytes */
        const vi here = load_places(place + k) == (vi) { 0 } + at;
        AX_STORE(sum + k, AX_LOAD(sum + k) + (vf)(here & (vi)AX_LOAD_MAP(dy + k)));
    }
    for (; k < n; k++)
        sum[k] += place[k] == at ? ax_map_get(dy[k]) : 0.0f;
}

/* Sums for the elements lo .. lo + n of a row of inputs, {w,c}, over the windows that contain them, in order. With
   stride 1 one tap sees neighbouring pixels of neighbouring windows, so whole stretches are added; otherwise the
   elements belong to one pixel. */
static void gather(const ax_map *dy, const uint8_t *place, const ax_dw *g, int32_t row, int32_t lo, int32_t n,
                   float *sum)
{
    for (int32_t k = 0; k < n; k++)
        sum[k] = 0.0f;
    for (int32_t at = g->kernel * g->kernel - 1; at >= 0; at--) {
        const int32_t h = row + g->pad - at / g->kernel, shift = g->pad - at % g->kernel, pixel = lo / g->c + shift;
        if (h < 0 || h % g->stride || h / g->stride >= g->oh || (g->stride > 1 && (pixel < 0 || pixel % g->stride)))
            continue;
        /* element e is seen by that of the windows' outputs that has index e + move */
        const int32_t move = (pixel / g->stride - lo / g->c) * g->c, end = g->ow * g->c - move;
        const int32_t first = lo + move < 0 ? -move : lo, last = lo + n < end ? lo + n : end;
        const ptrdiff_t from = (ptrdiff_t)(h / g->stride) * g->ow * g->c + first + move;
        if (first < last)
            add_where(dy + from, place + from, at, last - first, sum + first - lo);
    }
}

void AX_ISA_NAME(max_pool_row_backward)(const ax_map *dy, const uint8_t *place, const ax_dw *g, int32_t row, ax_map *dx)
{
    enum { SOME = 1024 }; /* elements at a time: their sums stay in the first-level cache */
    const int32_t all = g->w * g->c, stretch = g->stride == 1 ? all : g->c;
    for (int32_t begin = 0; begin < all; begin += stretch)
        for (int32_t done = 0, n; done < stretch; done += n) {
            float sum[SOME];
            n = stretch - done < SOME ? stretch - done : SOME;
            gather(dy, place, g, row, begin + done, n, sum);
            for (int32_t k = 0; k < n; k++)
                dx[begin + done + k] = ax_map_put(sum[k]);
        }
}

void AX_ISA_NAME(mix)(const ax_map *x, const ax_map *y, const float *a, const float *b, ax_map *out, size_t px,
                      int32_t c)
{
    for (size_t p = 0, i = 0; p < px; p++)
        for (int32_t k = 0; k < c; k++, i++)
            out[i] = ax_map_put(a[k] * ax_map_get(x[i]) + b[k] * ax_map_get(y[i]));
}

void AX_ISA_NAME(scale_channels)(const ax_map *x, const float *a, ax_map *out, size_t px, int32_t c)
{
    for (size_t p = 0, i = 0; p < px; p++)
        for (int32_t k = 0; k < c; k++, i++)
            out[i] = ax_map_put(a[k] * ax_map_get(x[i]));
}

/* Products of two floats are exact in double. */
void AX_ISA_NAME(column_products)(const ax_map *a, const ax_map *b, size_t px, int32_t c, double *sum)
{
    for (size_t p = 0, i = 0; p < px; p++)
        for (int32_t k = 0; k < c; k++, i++)
            sum[k] += (double)ax_map_get(a[i]) * (double)ax_map_get(b[i]);
}
