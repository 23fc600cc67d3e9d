/* Operations on a convolution's sums before they are written, a vector at a time. The bias isn't added here: kernels
   start their sums with it or add it themselves. NaN stays NaN. */
#ifndef AX_BACKEND_CPU_ISA_EPILOGUE_H
#define AX_BACKEND_CPU_ISA_EPILOGUE_H

#include "engine/backend/cpu/isa/vec.h"

#include <stddef.h>

/* Whether there is anything to do besides the bias. */
AX_INLINE bool ax_finishes(const ax_epilogue *e)
{
    return e && (e->act || e->after || e->add[0]);
}

AX_INLINE float ax_act_one(float v, int act)
{
    if (act != AX_ACT_NONE)
        v = v < 0.0f ? 0.0f : v;
    return act == AX_ACT_RELU6 && v > 6.0f ? 6.0f : v;
}

AX_INLINE float ax_finish_one(const ax_epilogue *e, float v, ptrdiff_t at)
{
    v = ax_act_one(v, e->act);
    for (int i = 0; i < AX_MAX_SUMMANDS; i++)
        if (e->add[i])
            v += ax_map_get(e->add[i][at]);
    return ax_act_one(v, e->after);
}

#if defined(AX_ISA_v4)
#define AX_FLOOR(v) (vf) _mm512_max_ps(_mm512_setzero_ps(), (__m512)(v))
#define AX_CEILING(v) (vf) _mm512_min_ps(_mm512_set1_ps(6.0f), (__m512)(v))
#define AX_FLOOR_HALF(v) (vh) _mm256_max_ps(_mm256_setzero_ps(), (__m256)(v))
#define AX_CEILING_HALF(v) (vh) _mm256_min_ps(_mm256_set1_ps(6.0f), (__m256)(v))
#elif defined(AX_ISA_v3)
#define AX_FLOOR(v) (vf) _mm256_max_ps(_mm256_setzero_ps(), (__m256)(v))
#define AX_CEILING(v) (vf) _mm256_min_ps(_mm256_set1_ps(6.0f), (__m256)(v))
#define AX_FLOOR_HALF(v) (vh) _mm_max_ps(_mm_setzero_ps(), (__m128)(v))
#define AX_CEILING_HALF(v) (vh) _mm_min_ps(_mm_set1_ps(6.0f), (__m128)(v))
#else
AX_INLINE vf ax_floor(vf v)
{
    return (vf)((vi)v & ~(v < (vf) { 0 }));
}
AX_INLINE vf ax_ceiling(vf v)
{
    const vf six = (vf) { 0 } + 6.0f;
    const vi above = v > six;
    return (vf)(((vi)six & above) | ((vi)v & ~above));
}
AX_INLINE vh ax_floor_half(vh v)
{
    for (int k = 0; k < AX_LANES / 2; k++)
        v[k] = ax_act_one(v[k], AX_ACT_RELU);
    return v;
}
AX_INLINE vh ax_ceiling_half(vh v)
{
    for (int k = 0; k < AX_LANES / 2; k++)
        v[k] = v[k] > 6.0f ? 6.0f : v[k];
    return v;
}
#define AX_FLOOR(v) ax_floor(v)
#define AX_CEILING(v) ax_ceiling(v)
#define AX_FLOOR_HALF(v) ax_floor_half(v)
#define AX_CEILING_HALF(v) ax_ceiling_half(v)
#endif

/* at: offset in the maps. */
AX_INLINE vf ax_finish(const ax_epilogue *e, vf v, ptrdiff_t at)
{
    if (e->act)
        v = AX_FLOOR(v);
    if (e->act == AX_ACT_RELU6)
        v = AX_CEILING(v);
    if (e->add[0])
        v += AX_LOAD_MAP(e->add[0] + at);
    if (e->add[1])
        v += AX_LOAD_MAP(e->add[1] + at);
    if (e->after)
        v = AX_FLOOR(v);
    if (e->after == AX_ACT_RELU6)
        v = AX_CEILING(v);
    return v;
}

/* The same for rows of NV vectors in registers, with each condition tested once: row t begins at at + t * step. */
#define AX_EACH_VECTOR                                                                                                 \
    _Pragma("GCC unroll 8") for (int t = 0; t < ROWS; t++) _Pragma("GCC unroll 3") for (int k = 0; k < NV; k++)
AX_INLINE void ax_finish_rows(const ax_epilogue *e, vf (*acc)[3], ptrdiff_t at, ptrdiff_t step, const int ROWS,
                              const int NV)
{
    if (e->act)
        AX_EACH_VECTOR acc[t][k] = AX_FLOOR(acc[t][k]);
    if (e->act == AX_ACT_RELU6)
        AX_EACH_VECTOR acc[t][k] = AX_CEILING(acc[t][k]);
    for (int i = 0; i < AX_MAX_SUMMANDS && e->add[i]; i++) {
        const ax_map *from = e->add[i] + at;
        AX_HIDE(step);
        AX_EACH_VECTOR acc[t][k] += AX_LOAD_MAP(from + t * step + k * AX_LANES);
    }
    if (e->after)
        AX_EACH_VECTOR acc[t][k] = AX_FLOOR(acc[t][k]);
    if (e->after == AX_ACT_RELU6)
        AX_EACH_VECTOR acc[t][k] = AX_CEILING(acc[t][k]);
}

AX_INLINE vh ax_finish_half(const ax_epilogue *e, vh v, ptrdiff_t at)
{
    if (e->act)
        v = AX_FLOOR_HALF(v);
    if (e->act == AX_ACT_RELU6)
        v = AX_CEILING_HALF(v);
    if (e->add[0])
        v += AX_LOAD_MAP_HALF(e->add[0] + at);
    if (e->add[1])
        v += AX_LOAD_MAP_HALF(e->add[1] + at);
    if (e->after)
        v = AX_FLOOR_HALF(v);
    if (e->after == AX_ACT_RELU6)
        v = AX_CEILING_HALF(v);
    return v;
}

#endif
