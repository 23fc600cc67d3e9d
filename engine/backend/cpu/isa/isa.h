/* For files of this folder only: function names with the instruction set appended, and vectors of register width. */
#ifndef AX_BACKEND_CPU_ISA_ISA_H
#define AX_BACKEND_CPU_ISA_ISA_H

#include "engine/backend/cpu/kernels.h"

#define AX_ISA_PASTE(a, b, c) a##b##_##c
#define AX_ISA_EXPAND(a, b, c) AX_ISA_PASTE(a, b, c)
/* dw_forward -> ax_dw_forward_v3 */
#define AX_ISA_NAME(name) AX_ISA_EXPAND(ax_, name, AX_ISA)

#if defined(AX_ISA_v4)
enum { AX_LANES = 16 };
#elif defined(AX_ISA_v3)
enum { AX_LANES = 8 };
#else
enum { AX_LANES = 4 };
#endif

#define AX_CPU_KERNEL_PROTOTYPE(ret, name, args) ret AX_ISA_NAME(name) args;
#if defined(AX_BF16_MAPS)
AX_CPU_MAP_KERNEL_LIST(AX_CPU_KERNEL_PROTOTYPE, ax_map, ax_weight)
#else
AX_CPU_KERNEL_LIST(AX_CPU_KERNEL_PROTOTYPE)
#endif

#define AX_INLINE static inline __attribute__((always_inline))
#define AX_OUTLINE static __attribute__((noinline))

#endif
