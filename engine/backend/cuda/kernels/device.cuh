/* What the kernels share. */
#ifndef AX_BACKEND_CUDA_DEVICE_CUH
#define AX_BACKEND_CUDA_DEVICE_CUH

#include "engine/backend/cuda/kernel.h"

/* As ax_act; op.h is C11. */
enum { ACT_NONE, ACT_RELU, ACT_RELU6 };

/* A block's place among those of its call, and how many there are; z is whatever columns and rows leave. */
struct ax_block {
    unsigned x, y, z, columns, rows, threads;
};

/* Which call of a launch the block belongs to. */
template <typename L> static __device__ __forceinline__ unsigned call_of(const L &launch)
{
    unsigned k = 0;
    while (k + 1 < (unsigned)launch.n && blockIdx.x >= launch.share[k + 1].first)
        k++;
    return k;
}
static __device__ __forceinline__ ax_block block_of(const ax_k_share &share)
{
    unsigned i = blockIdx.x - share.first, columns = (unsigned)share.columns, rows = (unsigned)share.rows;
    unsigned line = i / columns, layer = line / rows;
    ax_block block = { i - line * columns, line - layer * rows, layer, columns, rows, share.threads };
    return block;
}

/* What is launched under a kernel's name: body, for each of the calls that share the launch. */
#define AX_ENTRY(kernel, body, ...)                                                                                    \
    extern "C" __global__ void __launch_bounds__(AX_CUDA_THREADS, ##__VA_ARGS__)                                       \
        ax_k_##kernel(AX_CUDA_BY_VALUE(ax_k_##kernel##_launch) launch)                                                 \
    {                                                                                                                  \
        unsigned k = call_of(launch);                                                                                  \
        ax_block block = block_of(launch.share[k]);                                                                    \
        if (threadIdx.x < block.threads)                                                                               \
            body(launch.call[k], block);                                                                               \
    }

/* AX_KERNEL(name) { ... }: with `a`, the arguments of a call, and `block`. Threads beyond those of the call, which only
   kernels without barriers have, do nothing.
   Without the number of blocks, ptxas aims for more at once on some cards, and spills a register or two for it. */
#define AX_KERNEL_BLOCKS(name, ...)                                                                                    \
    static __device__ __forceinline__ void ax_call_##name(const ax_k_##name##_args &a, const ax_block &block);         \
    AX_ENTRY(name, ax_call_##name, ##__VA_ARGS__)                                                                      \
    static __device__ __forceinline__ void ax_call_##name(const ax_k_##name##_args &a, const ax_block &block)
#define AX_KERNEL(name) AX_KERNEL_BLOCKS(name)

/* A kernel of maps, for both types of their elements, T. */
#define AX_MAP_KERNEL_BLOCKS(name, ...)                                                                                \
    template <typename T>                                                                                              \
    static __device__ __forceinline__ void ax_call_##name(const ax_k_##name##_args &a, const ax_block &block);         \
    AX_ENTRY(name, ax_call_##name<float>, ##__VA_ARGS__)                                                               \
    AX_ENTRY(name##_bf16, ax_call_##name<bf16>, ##__VA_ARGS__)                                                         \
    template <typename T>                                                                                              \
    static __device__ __forceinline__ void ax_call_##name(const ax_k_##name##_args &a, const ax_block &block)
#define AX_MAP_KERNEL(name) AX_MAP_KERNEL_BLOCKS(name)

static __device__ __forceinline__ float act_of(int act, float y)
{
    if (act == ACT_NONE)
        return y;
    y = fmaxf(y, 0.0f);
    return act == ACT_RELU6 ? fminf(y, 6.0f) : y;
}

/* Whether a gradient passes: strictly between the bounds. */
static __device__ __forceinline__ bool passes(int act, float value)
{
    return act == ACT_NONE || (value > 0.0f && (act != ACT_RELU6 || value < 6.0f));
}

/* The upper half of a float. */
struct bf16 {
    uint16_t bits;
};
static __device__ __forceinline__ float widened(uint32_t bits)
{
    union {
        uint32_t bits;
        float value;
    } to = { bits << 16 };
    return to.value;
}
/* To the nearest, ties to even. */
static __device__ __forceinline__ uint32_t narrowed(float value)
{
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    uint16_t bits;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(value));
    return bits;
#else
    union {
        float value;
        uint32_t bits;
    } from = { value };
    if ((from.bits & 0x7fffffffu) > 0x7f800000u) /* what isn't a number must not become one */
        return 0x7fff;
    return (from.bits + 0x7fffu + (from.bits >> 16 & 1)) >> 16;
#endif
}

/* Elements of maps, by the type that they have. */
template <typename T> static __device__ __forceinline__ const T *as(const void *p)
{
    return static_cast<const T *>(p);
}
template <typename T> static __device__ __forceinline__ T *as(void *p)
{
    return static_cast<T *>(p);
}

/* V neighbouring elements; V = 4 needs an address that is a multiple of four of them. */
template <int V> struct pack {
    float f[V];
};
template <int V> static __device__ __forceinline__ pack<V> load(const float *p)
{
    pack<V> out;
    if (V == 4) {
        float4 v = *reinterpret_cast<const float4 *>(p);
        out.f[0] = v.x;
        out.f[1 % V] = v.y;
        out.f[2 % V] = v.z;
        out.f[3 % V] = v.w;
    } else {
        out.f[0] = *p;
    }
    return out;
}
template <int V> static __device__ __forceinline__ void store(float *p, pack<V> v)
{
    if (V == 4)
        *reinterpret_cast<float4 *>(p) = make_float4(v.f[0], v.f[1 % V], v.f[2 % V], v.f[3 % V]);
    else
        *p = v.f[0];
}

template <int V> static __device__ __forceinline__ pack<V> load(const bf16 *p)
{
    pack<V> out;
    if (V == 4) {
        uint2 v = *reinterpret_cast<const uint2 *>(p);
        out.f[0] = widened(v.x & 0xffff);
        out.f[1 % V] = widened(v.x >> 16);
        out.f[2 % V] = widened(v.y & 0xffff);
        out.f[3 % V] = widened(v.y >> 16);
    } else {
        out.f[0] = widened(p->bits);
    }
    return out;
}
template <int V> static __device__ __forceinline__ void store(bf16 *p, pack<V> v)
{
    if (V == 4)
        *reinterpret_cast<uint2 *>(p) = make_uint2(narrowed(v.f[0]) | narrowed(v.f[1 % V]) << 16,
                                                   narrowed(v.f[2 % V]) | narrowed(v.f[3 % V]) << 16);
    else
        p->bits = (uint16_t)narrowed(v.f[0]);
}
template <typename T> static __device__ __forceinline__ float get(const T *p)
{
    return load<1>(p).f[0];
}
template <typename T> static __device__ __forceinline__ void put(T *p, float value)
{
    pack<1> v = { { value } };
    store<1>(p, v);
}

/* i = q * d + r; 64-bit division is slow, and hardly ever needed. */
static __device__ __forceinline__ void split(size_t i, uint32_t d, size_t *q, uint32_t *r)
{
    if (i <= 0xffffffffu) {
        uint32_t small = (uint32_t)i / d;
        *q = small;
        *r = (uint32_t)i - small * d;
    } else {
        *q = i / d;
        *r = (uint32_t)(i - *q * d);
    }
}

static __device__ __forceinline__ size_t thread_index(const ax_block &block)
{
    return (size_t)block.x * block.threads + threadIdx.x;
}
static __device__ __forceinline__ size_t thread_count(const ax_block &block)
{
    return (size_t)block.columns * block.threads;
}

/* The sum of v over the block's threads (a power of two of them, at most AX_CUDA_THREADS), in a fixed tree, in all of
   them. */
template <typename T> static __device__ __forceinline__ T block_sum(const ax_block &block, T v)
{
    __shared__ T s[AX_CUDA_THREADS];
    s[threadIdx.x] = v;
    __syncthreads();
    for (unsigned half = block.threads / 2; half > 0; half /= 2) {
        if (threadIdx.x < half)
            s[threadIdx.x] += s[threadIdx.x + half];
        __syncthreads();
    }
    T sum = s[0];
    __syncthreads(); /* s may be used again */
    return sum;
}

/* Adds what the pixel lanes of a block hold for each of `lanes` channels; the result is in the first pixel lane. Pixel
   lane p of channel lane k is thread p * lanes + k. */
template <typename T> static __device__ __forceinline__ T lane_sum(const ax_block &block, T v, int lanes)
{
    __shared__ T s[AX_CUDA_THREADS];
    s[threadIdx.x] = v;
    __syncthreads();
    T sum = v;
    if ((int)threadIdx.x < lanes)
        for (unsigned t = threadIdx.x + (unsigned)lanes; t < block.threads; t += (unsigned)lanes)
            sum += s[t];
    __syncthreads();
    return sum;
}

/* True in the last of `of` blocks that come to a counter, which is 0 before and after: what the others wrote before
   they came is there for it. All threads of a block come. */
static __device__ __forceinline__ bool last_block(unsigned *counter, unsigned of)
{
    __shared__ bool last;
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0)
        last = atomicInc(counter, of - 1) == of - 1;
    __syncthreads();
    if (last)
        __threadfence();
    return last;
}

#endif
