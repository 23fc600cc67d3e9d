/* The largest class of each pixel of a resized row: the first of equal ones. A NaN is never larger. */
#include "engine/backend/cpu/isa/vec.h"

#include <math.h>

#if !defined(AX_ISA_v4)
/* Of c classes of two pixels mixed, one by one. */
AX_INLINE int32_t largest(const float *a, const float *b, float f, int32_t c)
{
    float best = a[0] + f * (b[0] - a[0]);
    int32_t id = 0;
    for (int32_t k = 1; k < c; k++) {
        float v = a[k] + f * (b[k] - a[k]);
        if (v > best) {
            best = v;
            id = k;
        }
    }
    return id;
}
#endif

#if defined(AX_ISA_v4)
/* The same, a vector of classes at a time. */
AX_INLINE int32_t largest_by_vectors(const float *a, const float *b, float f, int32_t c)
{
    const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512 best = _mm512_set1_ps(-INFINITY);
    __m512i id = _mm512_setzero_si512();
    for (int32_t k = 0; k < c; k += AX_LANES) {
        const __mmask16 there = (__mmask16)(c - k < AX_LANES ? (1 << (c - k)) - 1 : 0xffff);
        const vf x = _mm512_maskz_loadu_ps(there, a + k), y = _mm512_maskz_loadu_ps(there, b + k), v = x + f * (y - x);
        if (k == 0 && _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q) & 1)
            return 0; /* nothing is larger than a NaN that comes first */
        const __mmask16 larger = _mm512_mask_cmp_ps_mask(there, v, best, _CMP_GT_OQ);
        best = _mm512_mask_mov_ps(best, larger, v);
        id = _mm512_mask_add_epi32(id, larger, lane, _mm512_set1_epi32(k));
    }
    const __mmask16 most = _mm512_cmp_ps_mask(best, _mm512_set1_ps(_mm512_reduce_max_ps(best)), _CMP_EQ_OQ);
    return _mm512_mask_reduce_min_epi32(most, id);
}
#elif defined(AX_ISA_v3)
/* The same, a vector of classes at a time; the last one overlaps the one before. */
AX_INLINE int32_t largest_by_vectors(const float *a, const float *b, float f, int32_t c)
{
    if (c < AX_LANES)
        return largest(a, b, f, c);
    const vi lane = { 0, 1, 2, 3, 4, 5, 6, 7 };
    vf best = (vf) { 0 } - INFINITY;
    vi id = { 0 };
    for (int32_t k = 0; k < c; k += AX_LANES) {
        k = k + AX_LANES > c ? c - AX_LANES : k;
        const vf x = AX_LOAD(a + k), v = x + f * (AX_LOAD(b + k) - x);
        const vi larger = v > best;
        if (k == 0 && v[0] != v[0])
            return 0; /* nothing is larger than a NaN that comes first */
        best = _mm256_blendv_ps(best, v, (vf)larger);
        id = (vi)_mm256_blendv_ps((vf)id, (vf)(lane + k), (vf)larger);
    }
    /* across the lanes: halves, then pairs, then neighbours */
    __m256 most = _mm256_max_ps(best, _mm256_permute2f128_ps(best, best, 1));
    most = _mm256_max_ps(most, _mm256_permute_ps(most, 0x4e));
    most = _mm256_max_ps(most, _mm256_permute_ps(most, 0xb1));
    const __m256 here = _mm256_cmp_ps(best, most, _CMP_EQ_OQ);
    __m256i first = (__m256i)_mm256_blendv_ps((__m256)_mm256_set1_epi32(c), (__m256)id, here);
    first = _mm256_min_epi32(first, _mm256_permute2x128_si256(first, first, 1));
    first = _mm256_min_epi32(first, _mm256_shuffle_epi32(first, 0x4e));
    first = _mm256_min_epi32(first, _mm256_shuffle_epi32(first, 0xb1));
    return _mm256_extract_epi32(first, 0);
}
#else
#define largest_by_vectors largest
#endif

void AX_ISA_NAME(argmax_row)(const ax_resize_axis *ax, const float *in, int32_t c, uint8_t *out)
{
    for (int32_t o = 0; o < ax->out; o++) {
        const float *a = in + (size_t)ax->lo[o] * (size_t)c, *b = in + (size_t)ax->hi[o] * (size_t)c;
        out[o] = (uint8_t)largest_by_vectors(a, b, ax->frac[o], c);
    }
}
