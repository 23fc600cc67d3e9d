/* Bilinear resize with half-pixel centres, its gradient, and the class map. The gradient is gathered, first along
   columns, then along rows: a thread finds the outputs that read its input, in order. No atomic additions, so the
   result is the same each time. */
#include "engine/backend/cuda/kernels/device.cuh"

/* out = (1 - t) * in[lo] + t * in[hi] */
struct tap {
    int lo, hi;
    float t;
};
static __device__ __forceinline__ tap tap_of(int out, int n_out, int n_in)
{
    tap a;
    /* exact where an output coincides with an input; a factor n_in / n_out wouldn't be */
    float at = fmaxf(((float)out + 0.5f) * (float)n_in / (float)n_out - 0.5f, 0.0f);
    a.lo = (int)at;
    a.lo = a.lo < n_in - 1 ? a.lo : n_in - 1;
    a.hi = a.lo < n_in - 1 ? a.lo + 1 : a.lo;
    a.t = at - (float)a.lo;
    return a;
}

/* This thread's column and channel in a row of `width` columns. */
template <int V> static __device__ __forceinline__ bool row_part(const ax_block &block, int width, int c, int *column, int *channel)
{
    unsigned t = block.y * block.threads + threadIdx.x, per_pixel = (unsigned)c / V, q = t / per_pixel;
    *column = (int)q;
    *channel = (int)(t - q * per_pixel) * V;
    return *column < width;
}

template <int V, typename T>
static __device__ __forceinline__ void forward(const ax_block &block, const ax_k_resize_args &a)
{
    int column, k, n = (int)block.x / a.oh, row = (int)block.x - n * a.oh;
    if (!row_part<V>(block, a.ow, (int)a.c, &column, &k))
        return;
    size_t c = (size_t)a.c;
    tap v = tap_of(row, a.oh, a.ih), u = tap_of(column, a.ow, a.iw);
    const T *top = as<T>(a.x) + ((size_t)n * (size_t)a.ih + (size_t)v.lo) * (size_t)a.iw * c + k;
    const T *low = as<T>(a.x) + ((size_t)n * (size_t)a.ih + (size_t)v.hi) * (size_t)a.iw * c + k;
    pack<V> p = load<V>(top + (size_t)u.lo * c), q = load<V>(top + (size_t)u.hi * c);
    pack<V> r = load<V>(low + (size_t)u.lo * c), s = load<V>(low + (size_t)u.hi * c);
    for (int j = 0; j < V; j++) {
        float above = (1.0f - u.t) * p.f[j] + u.t * q.f[j], below = (1.0f - u.t) * r.f[j] + u.t * s.f[j];
        p.f[j] = (1.0f - v.t) * above + v.t * below;
    }
    store<V>(as<T>(a.y) + ((size_t)block.x * (size_t)a.ow + (size_t)column) * c + k, p);
}
AX_MAP_KERNEL(resize)
{
    if (a.c % 4 == 0)
        forward<4, T>(block, a);
    else
        forward<1, T>(block, a);
}

/* Outputs *first .. *last (inclusive) include all that read input `at`, and one more on each side, to allow for
   rounding. */
static __device__ __forceinline__ void readers(int at, int n_in, int n_out, int *first, int *last)
{
    float per_input = (float)n_out / (float)n_in;
    int lo = (int)(((float)at - 0.5f) * per_input - 0.5f) - 1, hi = (int)(((float)at + 1.5f) * per_input - 0.5f) + 2;
    *first = lo > 0 && at > 0 ? lo : 0;
    *last = hi < n_out - 1 && at < n_in - 1 ? hi : n_out - 1;
}
static __device__ __forceinline__ float weight_of(tap t, int at)
{
    return (t.lo == at ? 1.0f - t.t : 0.0f) + (t.hi == at ? t.t : 0.0f);
}

/* The sum over places first..last of `in`, `step` elements apart, times their weights for `at`. */
template <int V, typename T>
static __device__ __forceinline__ pack<V> gathered(const T *in, size_t step, int at, int n_in, int n_out)
{
    int first, last;
    readers(at, n_in, n_out, &first, &last);
    pack<V> sum;
    for (int j = 0; j < V; j++)
        sum.f[j] = 0.0f;
    for (int i = first; i <= last; i++) {
        float f = weight_of(tap_of(i, n_out, n_in), at);
        if (f == 0.0f)
            continue;
        pack<V> d = load<V>(in + (size_t)i * step);
        for (int j = 0; j < V; j++)
            sum.f[j] += f * d.f[j];
    }
    return sum;
}

/* One thread per place of a row of part: its outputs are adjacent in the row of dy. */
template <int V, typename T>
static __device__ __forceinline__ void backward_rows(const ax_block &block, const ax_k_resize_backward_rows_args &a)
{
    int column, k;
    if (!row_part<V>(block, a.iw, (int)a.c, &column, &k))
        return;
    size_t c = (size_t)a.c, row = block.x;
    pack<V> sum = gathered<V>(as<T>(a.dy) + row * (size_t)a.ow * c + k, c, column, a.iw, a.ow);
    store<V>(a.part + (row * (size_t)a.iw + (size_t)column) * c + k, sum);
}
AX_MAP_KERNEL(resize_backward_rows)
{
    if (a.c % 4 == 0)
        backward_rows<4, T>(block, a);
    else
        backward_rows<1, T>(block, a);
}

template <int V, typename T>
static __device__ __forceinline__ void backward(const ax_block &block, const ax_k_resize_backward_args &a)
{
    int column, k, n = (int)block.x / a.ih, row = (int)block.x - n * a.ih;
    if (!row_part<V>(block, a.iw, (int)a.c, &column, &k))
        return;
    size_t c = (size_t)a.c, wide = (size_t)a.iw * c;
    const float *part = a.part + (size_t)n * (size_t)a.oh * wide + (size_t)column * c + k;
    store<V>(as<T>(a.dx) + ((size_t)block.x * (size_t)a.iw + (size_t)column) * c + k,
             gathered<V>(part, wide, row, a.ih, a.oh));
}
AX_MAP_KERNEL(resize_backward)
{
    if (a.c % 4 == 0)
        backward<4, T>(block, a);
    else
        backward<1, T>(block, a);
}

/* One thread per pixel of the class map. */
AX_KERNEL(argmax)
{
    int column = (int)(block.y * block.threads + threadIdx.x), n = (int)block.x / a.oh;
    int row = (int)block.x - n * a.oh;
    if (column >= a.ow)
        return;
    size_t c = (size_t)a.c;
    tap v = tap_of(row, a.oh, a.ih), u = tap_of(column, a.ow, a.iw);
    const float *top = a.x + ((size_t)n * (size_t)a.ih + (size_t)v.lo) * (size_t)a.iw * c;
    const float *low = a.x + ((size_t)n * (size_t)a.ih + (size_t)v.hi) * (size_t)a.iw * c;
    size_t lo = (size_t)u.lo * c, hi = (size_t)u.hi * c;
    float best = 0.0f;
    int id = 0;
    for (int k = 0; k < (int)a.c; k++) {
        float above = (1.0f - u.t) * top[lo + k] + u.t * top[hi + k];
        float below = (1.0f - u.t) * low[lo + k] + u.t * low[hi + k];
        float value = (1.0f - v.t) * above + v.t * below;
        if (k == 0 || value > best) {
            best = value;
            id = k;
        }
    }
    a.y[(size_t)block.x * (size_t)a.ow + (size_t)column] = (uint8_t)id;
}
