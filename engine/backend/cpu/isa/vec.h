/* Vectors of AX_LANES floats by the compilers' vector extension, for explicit control of registers. */
#ifndef AX_BACKEND_CPU_ISA_VEC_H
#define AX_BACKEND_CPU_ISA_VEC_H

#include "engine/backend/cpu/isa/isa.h"

#if defined(AX_ISA_v3) || defined(AX_ISA_v4)
#include <immintrin.h>
#endif

#if defined(AX_ISA_v4)
#define AX_VEC_BYTES 64
#elif defined(AX_ISA_v3)
#define AX_VEC_BYTES 32
#else
#define AX_VEC_BYTES 16
#endif
typedef float vf __attribute__((vector_size(AX_VEC_BYTES)));
typedef float vf_at __attribute__((vector_size(AX_VEC_BYTES), aligned(4), may_alias));
typedef float vh __attribute__((vector_size(AX_VEC_BYTES / 2))); /* half a vector */
typedef float vh_at __attribute__((vector_size(AX_VEC_BYTES / 2), aligned(4), may_alias));
typedef int32_t vi __attribute__((vector_size(AX_VEC_BYTES)));
typedef uint32_t vu __attribute__((vector_size(AX_VEC_BYTES)));
#define AX_LOAD(p) (*(const vf_at *)(p))
#define AX_STORE(p, v) (*(vf_at *)(p) = (v))
#define AX_LOAD_HALF(p) (*(const vh_at *)(p))
#define AX_STORE_HALF(p, v) (*(vh_at *)(p) = (v))

/* ---- vectors of a map's elements, and of a product's weights ---- */

#if defined(AX_BF16_MAPS)
AX_INLINE vf ax_load_map(const ax_map *p)
{
    return (vf)_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)p)), 16);
}
AX_INLINE void ax_store_map(ax_map *p, vf v)
{
    _mm256_storeu_si256((void *)p, (__m256i)_mm512_cvtneps_pbh((__m512)v));
}
AX_INLINE vh ax_load_map_half(const ax_map *p)
{
    return (vh)_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const void *)p)), 16);
}
AX_INLINE void ax_store_map_half(ax_map *p, vh v)
{
    _mm_storeu_si128((void *)p, (__m128i)_mm256_cvtneps_pbh((__m256)v));
}
/* Two neighbouring elements in every lane. */
AX_INLINE vi ax_spread(const void *p)
{
    int32_t pair;
    __builtin_memcpy(&pair, p, sizeof pair);
    return (vi)_mm512_set1_epi32(pair);
}
#define AX_LOAD_MAP(p) ax_load_map(p)
#define AX_STORE_MAP(p, v) ax_store_map(p, v)
#define AX_LOAD_MAP_HALF(p) ax_load_map_half(p)
#define AX_STORE_MAP_HALF(p, v) ax_store_map_half(p, v)
typedef vi vw;                                                      /* weights */
typedef int32_t vwh __attribute__((vector_size(AX_VEC_BYTES / 2))); /* half a vector */
typedef vi vw_at __attribute__((aligned(4), may_alias));
typedef vwh vwh_at __attribute__((aligned(4), may_alias));
#define AX_LOAD_WEIGHT(p) (*(const vw_at *)(p))
#define AX_LOAD_WEIGHT_HALF(p) (*(const vwh_at *)(p))
/* sum += weights times the AX_PAIR elements at p */
#define AX_ADD_PRODUCT(sum, w, p) ((sum) = (vf)_mm512_dpbf16_ps((__m512)(sum), (__m512bh)(w), (__m512bh)ax_spread(p)))
#define AX_ADD_PRODUCT_HALF(sum, w, p)                                                                                 \
    ((sum) =                                                                                                           \
         (vh)_mm256_dpbf16_ps((__m256)(sum), (__m256bh)(w), (__m256bh)_mm512_castsi512_si256((__m512i)ax_spread(p))))
#else
#define AX_LOAD_MAP(p) AX_LOAD(p)
#define AX_STORE_MAP(p, v) AX_STORE(p, v)
#define AX_LOAD_MAP_HALF(p) AX_LOAD_HALF(p)
#define AX_STORE_MAP_HALF(p, v) AX_STORE_HALF(p, v)
typedef vf vw;
typedef vh vwh;
#define AX_LOAD_WEIGHT(p) AX_LOAD(p)
#define AX_LOAD_WEIGHT_HALF(p) AX_LOAD_HALF(p)
#define AX_ADD_PRODUCT(sum, w, p) ((sum) += (w) * *(p))
#define AX_ADD_PRODUCT_HALF(sum, w, p) ((sum) += (w) * *(p))
#endif

/* The first n elements of a vector, fewer than all. */
AX_INLINE void ax_store_part(ax_map *to, vf v, int32_t n)
{
#if defined(AX_BF16_MAPS)
    _mm256_mask_storeu_epi16(to, (__mmask16)((1u << n) - 1), (__m256i)_mm512_cvtneps_pbh((__m512)v));
#elif defined(AX_ISA_v4)
    _mm512_mask_storeu_ps(to, (__mmask16)((1u << n) - 1), v);
#elif defined(AX_ISA_v3)
    const vi lane = { 0, 1, 2, 3, 4, 5, 6, 7 };
    _mm256_maskstore_ps(to, (__m256i)(lane < n), v);
#else
    for (int32_t k = 0; k < n; k++)
        to[k] = v[k];
#endif
}

/* Hides the origin of an integer or pointer from the compiler, which then computes addresses derived from it where they
   are used, rather than keeping dozens of them in registers across loops. */
#define AX_HIDE(v)                                                                                                     \
    do {                                                                                                               \
        if (!__builtin_constant_p(v))                                                                                  \
            __asm__("" : "+r"(v));                                                                                     \
    } while (0)

#endif
