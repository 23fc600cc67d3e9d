/* Winograd's transforms of weights and of their gradients. */
#include "engine/backend/cpu/isa/winograd_points.h"

#include <stddef.h>
#include <string.h>

enum { TAPS = 9 };

/* Transforms nine taps to the points of a tile. */
AX_INLINE void filter(const float *w, float *to, size_t stride, const int oy, const int ox)
{
    vf half[3][IN];
    for (int x = 0; x < 3; x++)
        filter_points(AX_LOAD(w + x * AX_LANES), AX_LOAD(w + (3 + x) * AX_LANES), AX_LOAD(w + (6 + x) * AX_LANES),
                      half[x], oy);
    for (int y = 0; y < oy + 2; y++) {
        vf r[IN];
        filter_points(half[0][y], half[1][y], half[2][y], r, ox);
        for (int x = 0; x < ox + 2; x++)
            AX_STORE(to + (size_t)(y * (ox + 2) + x) * stride, r[x]);
    }
}

void AX_ISA_NAME(winograd_filter)(const float *w, size_t so, size_t si, bool turn, int32_t ci, int32_t n,
                                  const ax_winograd_to *to, int count, size_t width, size_t stride)
{
    float side[AX_LANES][TAPS][AX_LANES]; /* taps of the outputs, interleaved */
    memset(side, 0, sizeof side);
    for (int32_t o = 0; o < n; o++)
        for (int32_t i = 0; i < ci; i++) {
            const float *from = w + (size_t)o * so + (size_t)i * si;
            for (int k = 0; k < TAPS; k++)
                side[i][turn ? TAPS - 1 - k : k][o] = from[k];
        }
    for (int p = 0; p < count; p++) {
        const int oy = to[p].oy, ox = to[p].ox;
        for (int32_t i = 0; i < ci; i++) {
            float *first = to[p].first + (size_t)i * width;
#define FILTER(y, x) filter(side[i][0], first, stride, y, x)
            FOR_TILE(FILTER)
        }
    }
}

AX_INLINE void taps_of(const float *sums, size_t stride, size_t each, int tasks, int32_t c, float *dw, bool more,
                       const int oy, const int ox)
{
    for (int32_t at = 0; at < c; at += AX_LANES) {
        vf half[IN][3];
        float side[TAPS][AX_LANES];
        for (int x = 0; x < ox + 2; x++) {
            vf m[IN];
            for (int y = 0; y < oy + 2; y++) {
                const float *from = sums + (size_t)(y * (ox + 2) + x) * stride + at;
                m[y] = AX_LOAD(from);
                for (int t = 1; t < tasks; t++)
                    m[y] += AX_LOAD(from + (size_t)t * each);
            }
            tap_points(m, half[x], oy);
        }
        for (int y = 0; y < 3; y++) {
            vf m[IN], r[3];
            for (int x = 0; x < ox + 2; x++)
                m[x] = half[x][y];
            tap_points(m, r, ox);
            for (int x = 0; x < 3; x++)
                AX_STORE(side[y * 3 + x], r[x]);
        }
        for (int32_t i = 0; i < AX_LANES && at + i < c; i++)
            for (int k = 0; k < TAPS; k++) {
                float *to = dw + (size_t)(at + i) * TAPS + (size_t)k;
                *to = more ? *to + side[k][i] : side[k][i];
            }
    }
}

void AX_ISA_NAME(winograd_taps)(int oy, int ox, const float *sums, size_t stride, size_t each, int tasks, int32_t c,
                                float *dw, bool more)
{
#define TAPS_OF(y, x) taps_of(sums, stride, each, tasks, c, dw, more, y, x)
    FOR_TILE(TAPS_OF)
}
