#include "engine/backend/cpu/isa/isa.h"

#define AX_CPU_KERNEL_ENTRY(ret, name, args) .name = AX_ISA_NAME(name),
#define AX_TEXT(x) #x
#define AX_TEXT_OF(x) AX_TEXT(x)

#if defined(AX_BF16_MAPS)
const ax_cpu_narrow_kernels AX_ISA_NAME(cpu_kernels) = { AX_CPU_MAP_KERNEL_LIST(AX_CPU_KERNEL_ENTRY, ax_map,
                                                                                ax_weight) };
#else
const ax_cpu_kernels AX_ISA_NAME(cpu_kernels) = {
    AX_CPU_KERNEL_LIST(AX_CPU_KERNEL_ENTRY).name = AX_TEXT_OF(AX_ISA),
    .lanes = AX_LANES,
};
#endif
