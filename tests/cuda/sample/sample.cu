#include "tests/cuda/sample/sample.h"

/* y[i] = 2 x[i]; out of bounds if the caller passes a wrong n */
extern "C" __global__ void ax_k_scale(const ax_k_scale_args a)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < a.n)
        a.y[i] = 2 * a.x[i];
}

template <int SIZE> static __device__ __forceinline__ float tree(float v)
{
    __shared__ float part[SIZE];
    part[threadIdx.x] = v;
    __syncthreads();
    for (int half = SIZE / 2; half; half >>= 1) {
        if (threadIdx.x < half)
            part[threadIdx.x] += part[threadIdx.x + half];
        __syncthreads();
    }
    return part[0];
}

/* y[block] = the sum of the block's part of x; blocks of 64 */
extern "C" __global__ void __launch_bounds__(64) ax_k_sum(const ax_k_sum_args a)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    float sum = tree<64>(i < a.n ? a.x[i] : 0);
    if (threadIdx.x == 0)
        a.y[blockIdx.x] = sum;
}

/* y = x reversed within blocks of 64, through shared memory */
extern "C" __global__ void ax_k_norace(const ax_k_norace_args a)
{
    __shared__ float part[64];
    part[threadIdx.x] = a.x[threadIdx.x];
    __syncthreads();
    a.y[threadIdx.x] = part[63 - threadIdx.x];
}

/* the same without the barrier that it needs (its only one comes too late) */
extern "C" __global__ void ax_k_race(const ax_k_race_args a)
{
    __shared__ float part[64];
    part[threadIdx.x] = a.x[threadIdx.x];
    __syncthreads();
    part[threadIdx.x] = part[threadIdx.x] + part[63 - threadIdx.x];
    __syncthreads();
    a.y[threadIdx.x] = part[threadIdx.x];
}

/* every block adds to the same word */
extern "C" __global__ void ax_k_blockrace(const ax_k_blockrace_args a)
{
    if (threadIdx.x == 0)
        a.y[0] = blockIdx.x + a.x[blockIdx.x];
}

/* half of the threads return before the barrier */
extern "C" __global__ void ax_k_uneven(const ax_k_uneven_args a)
{
    if (threadIdx.x >= blockDim.x / 2)
        return;
    __syncthreads();
    a.y[threadIdx.x] = 1;
}

extern "C" __global__ void ax_k_twobarriers(const ax_k_twobarriers_args a)
{
    if (threadIdx.x < 32)
        __syncthreads();
    else
        __syncthreads();
    a.y[threadIdx.x] = 1;
}

extern "C" __global__ void ax_k_undeclared(const ax_k_undeclared_args a)
{
    __syncthreads();
    a.y[threadIdx.x] = 1;
}

/* reads shared memory that only half of the threads have written */
extern "C" __global__ void ax_k_uninit(const ax_k_uninit_args a)
{
    __shared__ float part[64];
    if (threadIdx.x < 32)
        part[threadIdx.x] = a.x[threadIdx.x];
    __syncthreads();
    a.y[threadIdx.x] = part[threadIdx.x];
}

/* loads four floats at once: needs 16-byte alignment */
extern "C" __global__ void ax_k_vector(const ax_k_vector_args a)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (4 * i < a.n) {
        float4 v = reinterpret_cast<const float4 *>(a.x)[i];
        reinterpret_cast<float4 *>(a.y)[i] = make_float4(v.w, v.z, v.y, fmaxf(v.x, 0.0f));
    }
}

/* writes one word per thread of a three-dimensional grid: its position */
extern "C" __global__ void ax_k_grid(const ax_k_grid_args a)
{
    unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    a.y[block * blockDim.x + threadIdx.x] = blockIdx.x + 10 * blockIdx.y + 100 * blockIdx.z + 1000 * threadIdx.x;
}

/* an index beyond the end of a shared array, into the next one */
extern "C" __global__ void ax_k_beyond(const ax_k_beyond_args a)
{
    __shared__ float part[60], next[64];
    next[threadIdx.x] = 0;
    part[threadIdx.x] = a.x[threadIdx.x];
    __syncthreads();
    a.y[threadIdx.x] = part[threadIdx.x] + next[threadIdx.x];
}

/* an offset that overflows int */
extern "C" __global__ void ax_k_overflow(const ax_k_overflow_args a)
{
    int i = (a.n << 20) * a.n;
    if (i + threadIdx.x == 0)
        a.y[threadIdx.x] = 0;
}
