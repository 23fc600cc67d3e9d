/* Finds the peaks of heat maps and their neighbourhoods: one block per map (engine/task/pose/decode.c does the same on
   the host, and continues from the result). */
#include "engine/backend/cuda/kernels/device.cuh"

/* An index outside 0 .. n-1 is reflected without repeating the edge. */
static __device__ __forceinline__ int reflect(int i, int n)
{
    while (n > 1 && (i < 0 || i >= n))
        i = i < 0 ? -i : 2 * (n - 1) - i;
    return n > 1 ? i : 0;
}

static __device__ __forceinline__ int clamp(int i, int n)
{
    return i < 0 ? 0 : i >= n ? n - 1 : i;
}

/* Multiplications and additions aren't fused, to give the host's bits. */
static __device__ __forceinline__ double smoothed(const ax_peak_search &s, const float *map, int u, int v)
{
    const int half = s.taps / 2;
    double sum = 0;
    for (int j = 0; j < s.taps; j++)
        for (int i = 0; i < s.taps; i++) {
            size_t pixel = (size_t)reflect(v + j - half, s.h) * (size_t)s.w + (size_t)reflect(u + i - half, s.w);
            sum = __dadd_rn(sum, __dmul_rn(__dmul_rn(s.bell[i], s.bell[j]), (double)map[pixel * (size_t)s.c]));
        }
    return sum;
}

/* The place of the largest value, the first among equals; in thread 0. */
static __device__ __forceinline__ uint32_t highest(const ax_peak_search &s, const float *map, const ax_block &block)
{
    __shared__ float value[AX_CUDA_THREADS];
    __shared__ uint32_t at[AX_CUDA_THREADS];
    const uint32_t pixels = (uint32_t)s.h * (uint32_t)s.w, me = threadIdx.x;
    float best = map[0];
    uint32_t place = 0; /* if the first value is NAN, no value is greater */
    for (uint32_t i = me; i < pixels; i += block.threads)
        if (map[(size_t)i * (size_t)s.c] > best) {
            best = map[(size_t)i * (size_t)s.c];
            place = i;
        }
    value[me] = best;
    at[me] = place;
    __syncthreads();
    for (unsigned half = block.threads / 2; half > 0; half /= 2) {
        if (me < half && (value[me + half] > value[me] || (value[me + half] == value[me] && at[me + half] < at[me]))) {
            value[me] = value[me + half];
            at[me] = at[me + half];
        }
        __syncthreads();
    }
    return at[0];
}

AX_KERNEL(peaks)
{
    const float *map = a.maps + (size_t)block.y * (size_t)a.h * (size_t)a.w * (size_t)a.c + block.x;
    ax_map_peak &out = a.peak[(size_t)block.y * (size_t)a.c + block.x];
    const uint32_t place = highest(a, map, block);
    const int v = (int)(place / (uint32_t)a.w), u = (int)(place % (uint32_t)a.w), k = (int)threadIdx.x;
    const float value = map[(size_t)place * (size_t)a.c];
    if (k < 9)
        out.near[k / 3][k % 3] = value > 0 ? smoothed(a, map, clamp(u + k % 3 - 1, a.w), clamp(v + k / 3 - 1, a.h)) : 0;
    if (k > 0)
        return;
    out.value = value;
    out.x = u;
    out.y = v;
    out.unused = 0;
}
