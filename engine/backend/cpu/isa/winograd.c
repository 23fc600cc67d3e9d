/* Winograd's minimal filtering of 3x3 taps in tiles of 4, 3 or 2 outputs along either side, and its transposed forms
   for the gradient of the weights: 36 instead of 144 products for 4x4 outputs, 16 instead of 36 for 2x2 (Lavin and
   Gray, "Fast algorithms for convolutional neural networks", CVPR 2016). Here the transforms of maps; those of weights
   are in winograd_weights.c. */
#include "engine/backend/cpu/isa/epilogue.h"
#include "engine/backend/cpu/isa/winograd_points.h"

#include <stddef.h>
#include <string.h>

/* ---- maps ---- */

AX_INLINE void points_of(const vf *d, vf *r, const int out, const int pair, const bool gradient)
{
    if (gradient)
        gradient_pair(d, r, out, pair);
    else
        input_pair(d, r, out, pair);
}

/* Transforms a vector of channels, from `at` on, of a tile to its points: of the input, or of the outputs'
   gradients. */
AX_INLINE void to_points(const ax_map *const *tap, int32_t at, float *to, size_t stride, const int oy, const int ox,
                         const bool gradient)
{
    const int h = gradient ? oy : oy + 2, w = gradient ? ox : ox + 2;
#pragma GCC unroll 3
    for (int py = 0; py < PAIRS; py++) {
        vf half[2][IN]; /* [point of the columns][column] */
        for (int x = 0; x < w; x++) {
            vf d[IN], r[2];
            for (int y = 0; y < h; y++)
                d[y] = AX_LOAD_MAP(tap[y * w + x] + at);
            points_of(d, r, oy, py, gradient);
            for (int i = 0; i < pair_points(oy, py); i++)
                half[i][x] = r[i];
        }
        for (int i = 0; i < pair_points(oy, py); i++)
            for (int px = 0; px < PAIRS; px++) {
                vf r[2];
                points_of(half[i], r, ox, px, gradient);
                for (int k = 0; k < pair_points(ox, px); k++)
                    AX_STORE(to + (size_t)(pair_point(oy, py, i) * (ox + 2) + pair_point(ox, px, k)) * stride, r[k]);
            }
    }
}

AX_INLINE void all_to_points(const ax_map *const *tap, int32_t c, float *to, size_t stride, const int oy, const int ox,
                             const bool gradient)
{
    const int pixels = gradient ? oy * ox : (oy + 2) * (ox + 2);
    ax_map last[IN * IN][AX_LANES];
    const ax_map *filled[IN * IN];
    for (int32_t c0 = 0; c0 < c; c0 += AX_LANES) {
        const ax_map *const *from = tap;
        int32_t at = c0;
        if (c0 + AX_LANES > c) { /* the last vector is incomplete */
            memset(last, 0, sizeof last);
            for (int i = 0; i < pixels; i++) {
                memcpy(last[i], tap[i] + c0, (size_t)(c - c0) * sizeof(ax_map));
                filled[i] = last[i];
            }
            from = filled;
            at = 0;
        }
        AX_HIDE(stride);
        to_points(from, at, to + c0, stride, oy, ox, gradient);
    }
}

void AX_ISA_NAME(winograd_input)(int oy, int ox, const ax_map *const *tap, int32_t c, float *to, size_t stride)
{
#define INPUT(y, x) all_to_points(tap, c, to, stride, y, x, false)
    FOR_TILE(INPUT)
}

void AX_ISA_NAME(winograd_gradient)(int oy, int ox, const ax_map *const *tap, int32_t c, float *to, size_t stride) {
#define GRADIENT(y, x) all_to_points(tap, c, to, stride, y, x, true)
    FOR_TILE(GRADIENT)
}

/* Transforms to a vector of channels of a tile's outputs, from channel c on; e: after the bias. */
AX_INLINE void outputs_of(const float *from, size_t stride, vf bias, const ax_epilogue *e, ptrdiff_t c, ax_map *y,
                          const ptrdiff_t *at, const int oy, const int ox)
{
#pragma GCC unroll 2
    for (int fy = 0; fy < 2; fy++) {
        vf half[2][IN]; /* [output of the columns][column] */
        for (int x = 0; x < ox + 2; x++) {
            vf m[IN], r[2];
            for (int i = 0; i < oy + 2; i++)
                m[i] = AX_LOAD(from + (size_t)(i * (ox + 2) + x) * stride);
            output_some(m, r, oy, fy);
            half[0][x] = r[0];
            half[1][x] = r[1];
        }
        for (int i = fy; i < oy; i += 2)
            for (int fx = 0; fx < 2; fx++) {
                vf r[2];
                output_some(half[i / 2], r, ox, fx);
                for (int x = fx; x < ox; x += 2) {
                    const ptrdiff_t to = at[i * ox + x] + c;
                    if (at[i * ox + x] < 0)
                        continue;
                    vf v = r[x / 2] + bias;
                    AX_STORE_MAP(y + to, e ? ax_finish(e, v, to) : v);
                }
            }
    }
}

AX_INLINE void all_outputs_of(const float *from, size_t stride, const ax_epilogue *e, int32_t c, ax_map *y,
                              const ptrdiff_t *at, const int oy, const int ox)
{
    const ax_epilogue *rest = ax_finishes(e) ? e : NULL;
    ax_map last[OUT * OUT * AX_LANES]; /* an incomplete vector of outputs, before the epilogue */
    ptrdiff_t place[OUT * OUT];
    vf b = { 0 };
    for (int32_t k = 0; k < c; k += AX_LANES) {
        const int32_t n = c - k;
        const bool full = n >= AX_LANES;
        if (full && e && e->bias)
            b = AX_LOAD(e->bias + k);
        else if (e && e->bias)
            memcpy(&b, e->bias + k, (size_t)n * sizeof(float));
        for (int i = 0; !full && i < oy * ox; i++)
            place[i] = i * AX_LANES;
        outputs_of(from + k, stride, b, full ? rest : NULL, full ? k : 0, full ? y : last, full ? at : place, oy, ox);
        for (int i = 0; !full && i < oy * ox; i++)
            for (int32_t j = 0; at[i] >= 0 && j < n; j++) {
                const ax_map v = last[i * AX_LANES + j];
                y[at[i] + k + j] = rest ? ax_map_put(ax_finish_one(rest, ax_map_get(v), at[i] + k + j)) : v;
            }
    }
}

void AX_ISA_NAME(winograd_output)(int oy, int ox, const float *from, size_t stride, const ax_epilogue *e, int32_t c,
                                  ax_map *y, const ptrdiff_t *at)
{
#define OUTPUT(h, w) all_outputs_of(from, stride, e, c, y, at, h, w)
    FOR_TILE(OUTPUT)
}
