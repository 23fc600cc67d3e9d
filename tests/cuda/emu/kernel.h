/* CUDA C for a host compiler: the build includes it before every .cu file. A kernel becomes a function that one fiber
   per thread calls; shared variables become thread-local statics, so that the loader knows where all of them are. */
#ifndef AX_EMU_KERNEL_H
#define AX_EMU_KERNEL_H

#include <cuda_runtime_api.h>
#include <device_types.h>
#include <vector_functions.h>
#include <cmath>
#include <cstddef>
#include <cstdint>

#undef __global__
#undef __device__
#undef __host__
#undef __constant__
#undef __shared__
#undef __launch_bounds__
#undef __forceinline__
#define __global__
#define __device__
#define __host__
#define __constant__ static const
#define __shared__ static thread_local __attribute__((aligned(16)))
#define __launch_bounds__(...)
#define __forceinline__ inline __attribute__((always_inline))

/* The only parameter, passed by value: what a call of a kernel by name needs. */
struct emu_kernel {
    const char *name;
    bool sync;
    size_t size;
    void (*call)(const void *args);
};
struct emu_index {
    uint3 thread, block;
    dim3 threads, blocks;
};
extern "C" {
extern emu_index emu_now;
/* Set by the runtime: ends the turn of the calling thread. */
extern void (*emu_barrier)(const char *file, int line);
/* Set by the runtime: the calling block was the last to increment a counter and sees what the other blocks wrote
   before. */
extern void (*emu_ordered)();
}

#define threadIdx (emu_now.thread)
#define blockIdx (emu_now.block)
#define blockDim (emu_now.threads)
#define gridDim (emu_now.blocks)
#define warpSize 32
#define __syncthreads() emu_barrier(__FILE__, __LINE__)
/* nothing is contracted here (-ffp-contract=off) */
#define __dmul_rn(a, b) ((double)(a) * (double)(b))
#define __dadd_rn(a, b) ((double)(a) + (double)(b))
#define __threadfence() ((void)0) /* blocks run one after the other; emu_ordered tells which block relies on it */

/* Threads run one after the other, and the access isn't checked. */
__attribute__((no_sanitize("thread"))) static inline unsigned atomicInc(unsigned *p, unsigned last)
{
    volatile unsigned *at = p;
    unsigned old = *at;
    *at = old >= last ? 0 : old + 1;
    if (old == last)
        emu_ordered();
    return old;
}
/* The same; integer sums don't depend on the order. */
template <typename T> __attribute__((no_sanitize("thread"))) static inline T atomicAdd(T *p, T more)
{
    volatile T *at = p;
    T old = *at;
    *at = old + more;
    return old;
}
using std::isfinite; /* nvcc has it without the namespace */

#endif
