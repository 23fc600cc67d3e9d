/* Depthwise convolution. A thread handles up to four channels of AX_CUDA_ROW_PIXELS adjacent pixels of a row, so that a
   weight is loaded once for all of them; adjacent threads handle adjacent channels, so that loads are coalesced. */
#include "engine/backend/cuda/kernels/device.cuh"

enum { P = AX_CUDA_ROW_PIXELS };

/* This thread's part of the row: its first channel and pixel; false: none. */
template <int V> static __device__ __forceinline__ bool row_part(const ax_block &block, int width, int c, int *first, int *channel)
{
    unsigned t = block.y * block.threads + threadIdx.x, per_row = (unsigned)c / V, q = t / per_row;
    *first = (int)q * P;
    *channel = (int)(t - q * per_row) * V;
    return *first < width;
}

template <int V, typename T>
static __device__ __forceinline__ void forward(const ax_block &block, const ax_k_dw_forward_args &a)
{
    const ax_k_conv &g = a.g;
    int first, c, n = (int)block.x / g.oh, row = (int)block.x - n * g.oh;
    if (!row_part<V>(block, g.ow, g.co, &first, &c))
        return;
    pack<V> sum[P];
    for (int p = 0; p < P; p++)
        for (int j = 0; j < V; j++)
            sum[p].f[j] = a.bias ? a.bias[c + j] : 0.0f;
    const T *x = as<T>(a.x) + (size_t)n * (size_t)g.h * (size_t)g.w * (size_t)g.ci + c;
    for (int r = 0; r < g.kernel; r++) {
        int h = row * g.stride - g.pad + r * g.dilation;
        if (h < 0 || h >= g.h)
            continue;
        const T *line = x + (size_t)h * (size_t)g.w * (size_t)g.ci;
        for (int s = 0; s < g.kernel; s++) {
            pack<V> w = load<V>(a.w + (size_t)(r * g.kernel + s) * (size_t)g.ci + c);
#pragma unroll
            for (int p = 0; p < P; p++) {
                int v = (first + p) * g.stride - g.pad + s * g.dilation;
                if (v < 0 || v >= g.w)
                    continue;
                pack<V> in = load<V>(line + (size_t)v * (size_t)g.ci);
                for (int j = 0; j < V; j++)
                    sum[p].f[j] += in.f[j] * w.f[j];
            }
        }
    }
    T *y = as<T>(a.y) + (size_t)block.x * (size_t)g.ow * (size_t)g.co + c;
#pragma unroll
    for (int p = 0; p < P; p++)
        if (first + p < g.ow)
            store<V>(y + (size_t)(first + p) * (size_t)g.co, sum[p]);
}
AX_MAP_KERNEL(dw_forward)
{
    if (a.g.co % 4 == 0)
        forward<4, T>(block, a);
    else
        forward<1, T>(block, a);
}

/* The output coordinate that reads input coordinate `at` through tap r, -1 = none. */
static __device__ __forceinline__ int reader(int at, int r, int extent, const ax_k_conv &g)
{
    int o = at + g.pad - r * g.dilation;
    if (o < 0)
        return -1;
    if (g.stride != 1) {
        int q = o / g.stride;
        if (q * g.stride != o)
            return -1;
        o = q;
    }
    return o < extent ? o : -1;
}

template <int V, typename T>
static __device__ __forceinline__ void backward_data(const ax_block &block, const ax_k_dw_backward_data_args &a)
{
    const ax_k_conv &g = a.g;
    int first, c, n = (int)block.x / g.h, row = (int)block.x - n * g.h;
    if (!row_part<V>(block, g.w, g.ci, &first, &c))
        return;
    pack<V> sum[P];
    for (int p = 0; p < P; p++)
        for (int j = 0; j < V; j++)
            sum[p].f[j] = 0.0f;
    const T *dy = as<T>(a.dy) + (size_t)n * (size_t)g.oh * (size_t)g.ow * (size_t)g.co + c;
    for (int r = 0; r < g.kernel; r++) {
        int h = reader(row, r, g.oh, g);
        if (h < 0)
            continue;
        const T *line = dy + (size_t)h * (size_t)g.ow * (size_t)g.co;
        for (int s = 0; s < g.kernel; s++) {
            pack<V> w = load<V>(a.w + (size_t)(r * g.kernel + s) * (size_t)g.ci + c);
#pragma unroll
            for (int p = 0; p < P; p++) {
                int v = reader(first + p, s, g.ow, g);
                if (v < 0)
                    continue;
                pack<V> in = load<V>(line + (size_t)v * (size_t)g.co);
                for (int j = 0; j < V; j++)
                    sum[p].f[j] += in.f[j] * w.f[j];
            }
        }
    }
    T *dx = as<T>(a.dx) + (size_t)block.x * (size_t)g.w * (size_t)g.ci + c;
#pragma unroll
    for (int p = 0; p < P; p++)
        if (first + p < g.w)
            store<V>(dx + (size_t)(first + p) * (size_t)g.ci, sum[p]);
}
AX_MAP_KERNEL_BLOCKS(dw_backward_data, 4)
{
    if (a.g.ci % 4 == 0)
        backward_data<4, T>(block, a);
    else
        backward_data<1, T>(block, a);
}

/* K * K taps at once in registers; K = 1: the tap of block.z. */
template <int K, typename T>
static __device__ __forceinline__ void backward_weights(const ax_block &block, const ax_k_dw_backward_weights_args &a)
{
    const ax_k_conv &g = a.g;
    int lane = (int)threadIdx.x % a.lanes, c = (int)block.y * a.lanes + lane;
    int pixel = (int)threadIdx.x / a.lanes, step = (int)block.threads / a.lanes;
    int r0 = K == 1 ? (int)block.z / g.kernel : 0, s0 = K == 1 ? (int)block.z % g.kernel : 0;
    int first = (int)block.x * a.rows, last = first + a.rows < g.n * g.oh ? first + a.rows : g.n * g.oh;
    float sum[K * K];
#pragma unroll
    for (int t = 0; t < K * K; t++)
        sum[t] = 0.0f;
    for (int row = c < g.co ? first : last; row < last; row++) {
        int n = row / g.oh, h = (row - n * g.oh) * g.stride - g.pad;
        const T *dy = as<T>(a.dy) + (size_t)row * (size_t)g.ow * (size_t)g.co + c;
        const T *x = as<T>(a.x) + (size_t)n * (size_t)g.h * (size_t)g.w * (size_t)g.ci + c;
        for (int v = pixel; v < g.ow; v += step) {
            float d = get(dy + (size_t)v * (size_t)g.co);
            int u = v * g.stride - g.pad;
#pragma unroll
            for (int r = 0; r < K; r++) {
                int ih = h + (r0 + r) * g.dilation;
                if (ih < 0 || ih >= g.h)
                    continue;
#pragma unroll
                for (int s = 0; s < K; s++) {
                    int iw = u + (s0 + s) * g.dilation;
                    if (iw >= 0 && iw < g.w)
                        sum[r * K + s] += d * get(x + ((size_t)ih * (size_t)g.w + (size_t)iw) * (size_t)g.ci);
                }
            }
        }
    }
    float *part = a.part + (size_t)block.x * (size_t)(g.kernel * g.kernel) * (size_t)g.co + c;
#pragma unroll
    for (int t = 0; t < K * K; t++) {
        float all = lane_sum(block, sum[t], a.lanes);
        if (c < g.co && pixel == 0)
            part[(size_t)(K == 1 ? (int)block.z : t) * (size_t)g.co] = all;
    }
}
AX_MAP_KERNEL_BLOCKS(dw_backward_weights, 3)
{
    if (a.g.kernel == 3)
        backward_weights<3, T>(block, a);
    else if (a.g.kernel == 5)
        backward_weights<5, T>(block, a);
    else
        backward_weights<1, T>(block, a);
}
