/* Addresses of the kernels: C doesn't allow converting a function's address to the object pointer that cudaLaunchKernel
   takes. */
#include "engine/backend/cuda/kernels/device.cuh"

#define DECLARE(name, sync, most) extern "C" __global__ void ax_k_##name(AX_CUDA_BY_VALUE(ax_k_##name##_launch) launch);
AX_CUDA_KERNEL_LIST(DECLARE)

#define ADDRESS(name, sync, most) reinterpret_cast<const void *>(ax_k_##name),
const void *ax_cuda_kernel_address(ax_cuda_kernel k)
{
    static const void *const table[] = { AX_CUDA_KERNEL_LIST(ADDRESS) };
    return table[k];
}
