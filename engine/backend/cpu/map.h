/* The type of feature maps. Files whose code depends on it are compiled twice, once with AX_BF16_MAPS; their public
   names then end in _bf16. */
#ifndef AX_BACKEND_CPU_MAP_H
#define AX_BACKEND_CPU_MAP_H

#include <stdint.h>

#if defined(AX_BF16_MAPS)
#include "engine/base/bf16.h"
typedef uint16_t ax_map;
/* Products take two inputs at a time: a pair of weights, the first in the lower half. */
typedef uint32_t ax_weight;
enum { AX_NARROW_MAPS = 1, AX_PAIR = 2 };
#define AX_TYPED(name) name##_bf16
#define ax_conv_choose AX_TYPED(ax_conv_choose)
#define ax_conv_of AX_TYPED(ax_conv_of)
#define ax_conv_fits AX_TYPED(ax_conv_fits)
#define ax_conv_explain AX_TYPED(ax_conv_explain)
#define ax_conv_macs AX_TYPED(ax_conv_macs)
#define ax_conv_pack AX_TYPED(ax_conv_pack)
#define ax_cpu_fused_prepare_rows AX_TYPED(ax_cpu_fused_prepare_rows)
#define ax_cpu_fused_pack AX_TYPED(ax_cpu_fused_pack)
#define ax_cpu_fused_rows AX_TYPED(ax_cpu_fused_rows)
#define ax_cpu_image_sums AX_TYPED(ax_cpu_image_sums)
#define ax_conv_impls AX_TYPED(ax_conv_impls)
#define ax_conv_depthwise AX_TYPED(ax_conv_depthwise)
#define ax_conv_pointwise AX_TYPED(ax_conv_pointwise)
#define ax_conv_direct AX_TYPED(ax_conv_direct)
#define ax_conv_winograd AX_TYPED(ax_conv_winograd)
#define ax_conv_im2col AX_TYPED(ax_conv_im2col)
#else
typedef float ax_map;
typedef float ax_weight;
enum { AX_NARROW_MAPS = 0, AX_PAIR = 1 };
#define AX_TYPED(name) name
#endif

/* Weights of an input with c channels: an odd number has a zero behind it. */
static inline int32_t ax_weights_of(int32_t c)
{
    return (c + AX_PAIR - 1) / AX_PAIR;
}

static inline float ax_map_get(ax_map v)
{
#if defined(AX_BF16_MAPS)
    return ax_bf16_to(v);
#else
    return v;
#endif
}

static inline ax_map ax_map_put(float v)
{
#if defined(AX_BF16_MAPS)
    return ax_bf16_from(v);
#else
    return v;
#endif
}

#endif
