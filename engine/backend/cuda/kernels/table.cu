/* Addresses of the kernels: C may not turn a function's address into the object pointer that cudaLaunchKernel takes. */
#include "engine/backend/cuda/kernel.h"

#define DECLARE(name, sync) extern "C" __global__ void ax_k_##name(const ax_k_##name##_args a);
AX_CUDA_KERNEL_LIST(DECLARE)

#define ADDRESS(name, sync) reinterpret_cast<const void *>(ax_k_##name),
const void *ax_cuda_kernel_address(ax_cuda_kernel k)
{
    static const void *const table[] = { AX_CUDA_KERNEL_LIST(ADDRESS) };
    return table[k];
}
