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

/* The first n floats of a vector, fewer than all. */
AX_INLINE void ax_store_part(float *to, vf v, int32_t n)
{
#if defined(AX_ISA_v4)
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
