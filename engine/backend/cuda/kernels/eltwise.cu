/* Elementwise kernels. Blocks loop over the array in steps of the grid, four elements at a time where all pointers and
   the count allow it. */
#include "engine/backend/cuda/kernels/device.cuh"

static __device__ __forceinline__ bool aligned(const void *p)
{
    return (reinterpret_cast<uintptr_t>(p) & 15) == 0;
}

template <int V> static __device__ __forceinline__ void narrow_at(const ax_k_narrow_args &a, size_t i)
{
    store<V>(as<bf16>(a.y) + i, load<V>(as<float>(a.x) + i));
}

#define EACH(n, wide, body4, body1)                                                                                    \
    do {                                                                                                               \
        size_t done = 0;                                                                                               \
        if (wide) {                                                                                                    \
            done = (n) / 4 * 4;                                                                                        \
            for (size_t i = thread_index(block) * 4; i < done; i += thread_count(block) * 4) {                                   \
                body4                                                                                                  \
            }                                                                                                          \
        }                                                                                                              \
        for (size_t i = done + thread_index(block); i < (n); i += thread_count(block)) {                                         \
            body1                                                                                                      \
        }                                                                                                              \
    } while (0)

AX_KERNEL(narrow)
{
    EACH(a.n, aligned(a.x) && aligned(a.y), { narrow_at<4>(a, i); }, { narrow_at<1>(a, i); });
}

template <int V> static __device__ __forceinline__ void widen_at(const ax_k_widen_args &a, size_t i)
{
    store<V>(as<float>(a.y) + i, load<V>(as<bf16>(a.x) + i));
}
AX_KERNEL(widen)
{
    EACH(a.n, aligned(a.x) && aligned(a.y), { widen_at<4>(a, i); }, { widen_at<1>(a, i); });
}

template <int V, typename T> static __device__ __forceinline__ void relu_at(const ax_k_relu_args &a, size_t i)
{
    pack<V> x = load<V>(as<T>(a.x) + i);
    for (int k = 0; k < V; k++)
        x.f[k] = act_of((int)a.act, x.f[k]);
    store<V>(as<T>(a.y) + i, x);
}
AX_MAP_KERNEL(relu)
{
    EACH(a.n, aligned(a.x) && aligned(a.y), { (relu_at<4, T>(a, i)); }, { (relu_at<1, T>(a, i)); });
}

template <int V, typename T>
static __device__ __forceinline__ void relu_backward_at(const ax_k_relu_backward_args &a, size_t i)
{
    pack<V> g = load<V>(as<T>(a.dy) + i), v = load<V>(as<T>(a.value) + i);
    for (int k = 0; k < V; k++)
        g.f[k] = passes((int)a.act, v.f[k]) ? g.f[k] : 0.0f;
    store<V>(as<T>(a.dx) + i, g);
}
AX_MAP_KERNEL(relu_backward)
{
    EACH(
        a.n, aligned(a.dy) && aligned(a.value) && aligned(a.dx), { (relu_backward_at<4, T>(a, i)); },
        { (relu_backward_at<1, T>(a, i)); });
}

template <int V, typename T> static __device__ __forceinline__ void add_at(const ax_k_add_args &a, size_t i)
{
    pack<V> sum = load<V>(as<T>(a.in[0]) + i);
    for (int64_t t = 1; t < a.summands; t++) {
        pack<V> x = load<V>(as<T>(a.in[t]) + i);
        for (int k = 0; k < V; k++)
            sum.f[k] += x.f[k];
    }
    store<V>(as<T>(a.y) + i, sum);
}
AX_MAP_KERNEL(add)
{
    bool wide = aligned(a.y);
    for (int64_t t = 0; t < a.summands; t++)
        wide = wide && aligned(a.in[t]);
    EACH(a.n, wide, { (add_at<4, T>(a, i)); }, { (add_at<1, T>(a, i)); });
}

template <int V> static __device__ __forceinline__ void scale_at(const ax_k_scale_args &a, float factor, size_t i)
{
    pack<V> x = load<V>(a.x + i);
    for (int k = 0; k < V; k++)
        x.f[k] *= factor;
    store<V>(a.y + i, x);
}
AX_KERNEL(scale)
{
    float factor = *a.factor;
    EACH(a.n, aligned(a.x) && aligned(a.y), { scale_at<4>(a, factor, i); }, { scale_at<1>(a, factor, i); });
}

template <int V> static __device__ __forceinline__ void difference_at(const ax_k_difference_args &a, float s, size_t i)
{
    pack<V> x = load<V>(a.a + i), y = load<V>(a.b + i);
    for (int k = 0; k < V; k++)
        x.f[k] = s * (x.f[k] - y.f[k]);
    store<V>(a.y + i, x);
}
AX_KERNEL(difference)
{
    float s = (float)(a.scale * (double)*a.factor);
    EACH(
        a.n, aligned(a.a) && aligned(a.b) && aligned(a.y), { difference_at<4>(a, s, i); }, { difference_at<1>(a, s, i); });
}

AX_MAP_KERNEL(mix)
{
    for (size_t i = thread_index(block); i < a.n; i += thread_count(block)) {
        size_t pixel;
        uint32_t c;
        split(i, (uint32_t)a.c, &pixel, &c);
        put(as<T>(a.y) + i, a.factor[c] * get(as<T>(a.x) + i) + a.other_factor[c] * get(as<T>(a.other) + i));
    }
}

AX_KERNEL(wsum)
{
    if (thread_index(block))
        return;
    double sum = 0;
    for (int i = 0; i < a.n; i++)
        sum += (double)a.weight[i] * (double)*a.in[i];
    *a.y = (float)sum;
}

AX_KERNEL(wsum_backward)
{
    size_t i = thread_index(block);
    if (i < (size_t)a.n && a.out[i])
        *a.out[i] = a.weight[i] * *a.dy;
}

template <int V, typename T>
static __device__ __forceinline__ void channels_by(const ax_block &block, const ax_k_channels_args &a)
{
    uint32_t wide = (uint32_t)a.wide_c / V;
    for (size_t i = thread_index(block); i < a.pixels * wide; i += thread_count(block)) {
        size_t pixel;
        uint32_t at;
        split(i, wide, &pixel, &at);
        int c = (int)at * V, k = 0;
        while (k < a.n - 1 && c >= a.c[k])
            c -= a.c[k++];
        T *w = as<T>(a.wide) + pixel * (size_t)a.wide_c + at * V, *p = as<T>(a.part[k]);
        if (!p)
            continue;
        p += pixel * (size_t)a.c[k] + (size_t)c;
        if (a.join)
            store<V>(w, load<V>(p));
        else
            store<V>(p, load<V>(w));
    }
}
AX_MAP_KERNEL(channels)
{
    bool wide = true;
    for (int k = 0; k < a.n; k++)
        wide = wide && a.c[k] % 4 == 0;
    if (wide)
        channels_by<4, T>(block, a);
    else
        channels_by<1, T>(block, a);
}

AX_KERNEL(add_view)
{
    for (size_t i = thread_index(block); i < a.elements; i += thread_count(block)) {
        size_t pixel, row;
        uint32_t c, x;
        split(i, (uint32_t)a.c, &pixel, &c);
        split(pixel, (uint32_t)a.w, &row, &x);
        size_t from = i;
        if (a.mirrored) {
            uint32_t column = (uint32_t)a.w - 1 - x;
            column += a.shifted && x > 0;
            from = (row * (size_t)a.w + column) * (size_t)a.c + a.other[c];
        }
        a.to[i] = (a.add ? a.to[i] : 0.0f) + a.share * a.from[from];
    }
}

AX_MAP_KERNEL(bias)
{
    for (size_t i = thread_index(block); i < a.n; i += thread_count(block)) {
        size_t pixel;
        uint32_t c;
        split(i, (uint32_t)a.c, &pixel, &c);
        T *y = as<T>(a.y) + i;
        put(y, get(y) + a.bias[c]);
    }
}

AX_MAP_KERNEL(broadcast)
{
    for (size_t i = thread_index(block); i < a.n; i += thread_count(block)) {
        size_t pixel;
        uint32_t c;
        split(i, (uint32_t)a.c, &pixel, &c);
        put(as<T>(a.y) + i, a.scale * get(as<T>(a.x) + pixel / a.pixels * (size_t)a.c + c));
    }
}

static __device__ __forceinline__ size_t source(size_t i, uint32_t d1, uint32_t d2, size_t s0, size_t s1, size_t s2)
{
    size_t rest, first;
    uint32_t i2, i1;
    split(i, d2, &rest, &i2);
    split(rest, d1, &first, &i1);
    return first * s0 + i1 * s1 + i2 * s2;
}

template <typename In, typename Out>
static __device__ __forceinline__ void reorder(const ax_k_permute_args &a, const ax_block &block)
{
    for (size_t i = thread_index(block); i < a.n; i += thread_count(block))
        put(as<Out>(a.out) + i, get(as<In>(a.in) + source(i, a.d1, a.d2, a.s0, a.s1, a.s2)));
}
AX_KERNEL(permute)
{
    reorder<float, float>(a, block);
}
AX_KERNEL(permute_bf16)
{
    reorder<float, bf16>(a, block);
}
AX_KERNEL(permute_from_bf16)
{
    reorder<bf16, float>(a, block);
}

AX_KERNEL(sum_parts)
{
    for (size_t i = thread_index(block); i < a.n; i += thread_count(block)) {
        const float *in = a.in + source(i, a.d1, a.d2, a.s0, a.s1, a.s2);
        double sum = 0;
        for (size_t p = 0; p < a.parts; p++)
            sum += (double)in[p * a.part];
        a.out[i] = (float)sum;
    }
}
