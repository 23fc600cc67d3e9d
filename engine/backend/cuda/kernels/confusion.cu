/* Confusion matrix. Integer sums don't depend on the order of atomic additions. */
#include "engine/backend/cuda/kernels/device.cuh"

enum { FEW = 40 }; /* classes for which a block has room for its own counters, to avoid contention between blocks */

AX_KERNEL(confusion)
{
    __shared__ unsigned own[FEW * FEW];
    const unsigned classes = (unsigned)a.classes, counters = classes * classes;
    const bool few = classes <= FEW;
    for (unsigned i = threadIdx.x; few && i < counters; i += block.threads)
        own[i] = 0;
    __syncthreads();
    for (size_t i = thread_index(block); i < a.n; i += thread_count(block)) {
        unsigned truth = a.truth[i], at = truth * classes + a.predicted[i];
        if (truth >= classes)
            continue;
        if (few)
            atomicAdd(&own[at], 1u);
        else
            atomicAdd((unsigned long long *)&a.count[at], 1ull);
    }
    __syncthreads();
    for (unsigned i = threadIdx.x; few && i < counters; i += block.threads)
        if (own[i])
            atomicAdd((unsigned long long *)&a.count[i], (unsigned long long)own[i]);
}
