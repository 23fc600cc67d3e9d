/* Rows of patches for convolution as a matrix product. */
#include "engine/backend/cpu/isa/vec.h"

#include <stddef.h>

/* Vectors of bytes at any element of a map. */
typedef vf whole_at __attribute__((aligned(sizeof(ax_map)), may_alias));
typedef vh half_at __attribute__((aligned(sizeof(ax_map)), may_alias));
#define COPY(type, to, from) (*(type *)(to) = *(const type *)(from))

/* Copies in vectors; the last one overlaps the one before. */
AX_INLINE void copy(ax_map *to, const ax_map *from, ptrdiff_t n)
{
    enum { WHOLE = AX_VEC_BYTES / sizeof(ax_map), HALF = WHOLE / 2 };
    ptrdiff_t k = 0;
    for (; k + WHOLE <= n; k += WHOLE)
        COPY(whole_at, to + k, from + k);
    if (k == n)
        return;
    if (n >= WHOLE) {
        COPY(whole_at, to + n - WHOLE, from + n - WHOLE);
    } else if (n >= HALF) {
        COPY(half_at, to, from);
        COPY(half_at, to + n - HALF, from + n - HALF);
    } else {
        for (; k < n; k++)
            to[k] = from[k];
    }
}

AX_INLINE void zero(ax_map *to, ptrdiff_t n)
{
    for (ptrdiff_t k = 0; k < n; k++)
        to[k] = 0;
}

void AX_ISA_NAME(patches)(const ax_patches *p, const ax_map *x, size_t first, size_t n, ax_map *to)
{
    const ptrdiff_t c = p->c, row = p->n_right * c;
    int32_t i = (int32_t)(first / (size_t)p->columns), j = (int32_t)(first % (size_t)p->columns);
    for (size_t t = 0; t < n; t++, to += p->length) {
        const int32_t left = j * p->step;
        const bool run = p->runs && left + p->right[0] >= 0 && left + p->right[p->n_right - 1] < p->w;
        ax_map *at = to;
        for (int32_t a = 0; a < p->n_down; a++, at += row) {
            const int32_t y = i * p->step + p->down[a];
            if ((uint32_t)y >= (uint32_t)p->h) {
                zero(at, row);
                continue;
            }
            const ax_map *line = x + (ptrdiff_t)y * p->w * c;
            if (run) {
                copy(at, line + (left + p->right[0]) * c, row);
                continue;
            }
            for (int32_t b = 0; b < p->n_right; b++) {
                const int32_t column = left + p->right[b];
                if ((uint32_t)column < (uint32_t)p->w)
                    copy(at + b * c, line + column * c, c);
                else
                    zero(at + b * c, c);
            }
        }
        zero(at, (to + p->length) - at);
        if (++j == p->columns)
            j = 0, i++;
    }
}
