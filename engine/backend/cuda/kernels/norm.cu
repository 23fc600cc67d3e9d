/* Batch norm (Ioffe and Szegedy, ICML 2015) and sums over pixels. Sums take two rounds: each block sums its share of
   the pixels, then the last finished block adds the shares, always in the same order, so the bits are the same each
   time. Short runs are added in float, and the runs in double, so that slow double arithmetic doesn't matter. */
#include "engine/backend/cuda/kernels/device.cuh"

enum { RUN = 16 };

/* This thread's channel and pixels: first, first + step, ... below last. */
struct place {
    int c;
    bool there;
    size_t first, last, step;
};
static __device__ __forceinline__ place place_of(const ax_block &block, size_t pixels, size_t each, int c, int lanes)
{
    place p;
    int lane = (int)threadIdx.x % lanes;
    p.c = (int)block.y * lanes + lane;
    p.there = p.c < c;
    p.first = (size_t)block.x * each;
    p.last = p.first + each < pixels ? p.first + each : pixels;
    p.first += threadIdx.x / (unsigned)lanes;
    p.step = block.threads / (unsigned)lanes;
    if (!p.there)
        p.last = 0;
    return p;
}

/* The sum of a channel's parts, in the first pixel lane: part p is at part[p * step]. */
static __device__ __forceinline__ double add_parts(const ax_block &block, place p, const double *part, int parts, size_t step, int lanes)
{
    double sum = 0;
    if (p.there)
        for (int i = (int)threadIdx.x / lanes; i < parts; i += (int)block.threads / lanes)
            sum += part[(size_t)i * step + p.c];
    return lane_sum(block, sum, lanes);
}

AX_MAP_KERNEL(column_sums)
{
    place p = place_of(block, a.pixels, a.each, a.c, a.lanes);
    const T *x = as<T>(a.x) + (size_t)block.z * a.pixels * (size_t)a.c + p.c;
    double sum = 0;
    for (size_t i = p.first; i < p.last;) {
        float s = 0;
        for (int k = 0; k < RUN && i < p.last; k++, i += p.step)
            s += get(x + i * (size_t)a.c);
        sum += (double)s;
    }
    sum = lane_sum(block, sum, a.lanes);
    bool writes = p.there && (int)threadIdx.x < a.lanes;
    double *part = a.part + (size_t)block.z * block.columns * (size_t)a.c;
    if (writes)
        part[(size_t)block.x * (size_t)a.c + p.c] = sum;
    if (!last_block(a.turn + block.z * block.rows + block.y, block.columns))
        return;
    sum = add_parts(block, p, part, (int)block.columns, (size_t)a.c, a.lanes);
    size_t at = (size_t)block.z * (size_t)a.c + (size_t)p.c;
    if (writes && a.is_map)
        put(as<T>(a.out) + at, (float)(a.scale * sum));
    else if (writes)
        as<float>(a.out)[at] = (float)(a.scale * sum);
}

/* Two sums per channel: each block stores its own in part {block, 2, c}; in the last finished block they become the
   totals. Returns whether this thread has a channel's totals. */
static __device__ __forceinline__ bool add_up(const ax_block &block, place p, double *part, unsigned *turn, size_t c, int lanes, double &sum,
                                              double &other)
{
    bool writes = p.there && (int)threadIdx.x < lanes;
    sum = lane_sum(block, sum, lanes);
    other = lane_sum(block, other, lanes);
    if (writes) {
        double *own = part + (size_t)block.x * 2 * c + p.c;
        own[0] = sum;
        own[c] = other;
    }
    if (!last_block(turn + block.y, block.columns))
        return false;
    sum = add_parts(block, p, part, (int)block.columns, 2 * c, lanes);
    other = add_parts(block, p, part + c, (int)block.columns, 2 * c, lanes);
    return writes;
}

/* factor * x + other_factor * other, with factors per channel: the gradients of the maps, computed while those of the
   factors are summed. */
AX_MAP_KERNEL(mix_backward)
{
    place p = place_of(block, a.pixels, a.each, a.c, a.lanes);
    size_t c = (size_t)a.c;
    float factor = p.there ? a.factor[p.c] : 0.0f, other_factor = p.there ? a.other_factor[p.c] : 0.0f;
    double sum = 0, other = 0;
    for (size_t i = p.first; i < p.last;) {
        float s = 0, q = 0;
        for (int k = 0; k < RUN && i < p.last; k++, i += p.step) {
            size_t at = i * c + (size_t)p.c;
            float g = get(as<T>(a.dy) + at);
            s += g * get(as<T>(a.x) + at);
            q += g * get(as<T>(a.other) + at);
            if (a.dx)
                put(as<T>(a.dx) + at, factor * g);
            if (a.dother)
                put(as<T>(a.dother) + at, other_factor * g);
        }
        sum += (double)s;
        other += (double)q;
    }
    if (add_up(block, p, a.part, a.turn, c, a.lanes, sum, other)) {
        if (a.dfactor)
            a.dfactor[p.c] = (float)sum;
        if (a.dother_factor)
            a.dother_factor[p.c] = (float)other;
    }
}

/* A channel's statistics from its sums of differences from `shift`; without parts, the running statistics. One
   thread. */
static __device__ __forceinline__ void finish(const ax_k_bn_final_args &a, size_t k, float shift, double sum, double square)
{
    double mean, var;
    if (a.part) {
        double shifted = sum / a.pixels;
        var = square / a.pixels - shifted * shifted;
        var = var > 0 ? var : 0;
        mean = shifted + (double)shift;
        double unbias = a.pixels > 1 ? a.pixels / (a.pixels - 1) : 1;
        double m = (double)a.running_mean[k], v = (double)a.running_var[k];
        a.running_mean[k] = (float)(m + a.momentum * (mean - m));
        a.running_var[k] = (float)(v + a.momentum * (var * unbias - v));
    } else {
        mean = (double)a.running_mean[k];
        var = (double)a.running_var[k];
    }
    double invstd = 1 / sqrt(var + a.eps), gamma = (double)a.gamma[k];
    a.a[k] = (float)(gamma * invstd);
    a.b[k] = a.beta[k];
    a.centre[k] = (float)mean;
    if (a.mean)
        a.mean[k] = (float)mean;
    if (a.invstd)
        a.invstd[k] = (float)invstd;
}

/* Evaluation needs no sums. */
AX_KERNEL(bn_final)
{
    for (size_t k = thread_index(block); k < (size_t)a.c; k += thread_count(block))
        finish(a, k, 0, 0, 0);
}

AX_MAP_KERNEL(bn_sums)
{
    place p = place_of(block, a.pixels, a.each, a.c, a.lanes);
    size_t c = (size_t)a.c;
    const T *x = as<T>(a.x) + p.c;
    float shift = p.there ? get(x) : 0.0f; /* any value of the channel's magnitude keeps the squares small */
    double sum = 0, square = 0;
    for (size_t i = p.first; i < p.last;) {
        float s = 0, q = 0;
        for (int k = 0; k < RUN && i < p.last; k++, i += p.step) {
            float d = get(x + i * c) - shift;
            s += d;
            q += d * d;
        }
        sum += (double)s;
        square += (double)q;
    }
    if (add_up(block, p, a.part, a.turn, c, a.lanes, sum, square))
        finish(a.final, (size_t)p.c, shift, sum, square);
}

template <int V, typename T>
static __device__ __forceinline__ void apply(const ax_block &block, const ax_k_bn_apply_args &a)
{
    uint32_t c = (uint32_t)a.c / V;
    for (size_t i = thread_index(block); i < a.n / V; i += thread_count(block)) {
        size_t pixel;
        uint32_t k;
        split(i, c, &pixel, &k);
        pack<V> x = load<V>(as<T>(a.x) + i * V), s = load<V>(a.a + k * V), b = load<V>(a.b + k * V);
        pack<V> mean = load<V>(a.mean + k * V);
        for (int j = 0; j < V; j++) /* subtracting first: a mean much larger than the deviation costs no digits */
            x.f[j] = act_of(a.act, s.f[j] * (x.f[j] - mean.f[j]) + b.f[j]);
        store<V>(as<T>(a.y) + i * V, x);
    }
}
AX_MAP_KERNEL(bn_apply)
{
    if (a.c % 4 == 0)
        apply<4, T>(block, a);
    else
        apply<1, T>(block, a);
}

/* The forward pass's factors, recomputed from saved values. */
static __device__ __forceinline__ float factor(float gamma, float invstd)
{
    return (float)((double)gamma * (double)invstd);
}

static __device__ __forceinline__ void finish(const ax_k_bn_backward_final_args &a, size_t k, double sum, double sum_x)
{
    double i = (double)a.invstd[k], gamma = (double)a.gamma[k];
    a.a[k] = factor(a.gamma[k], a.invstd[k]);
    a.b[k] = a.beta[k];
    if (a.dgamma)
        a.dgamma[k] = (float)(sum_x * i);
    if (a.dbeta)
        a.dbeta[k] = (float)sum;
    a.k1[k] = a.train ? (float)(-gamma * i * i * i * sum_x / a.pixels) : 0.0f;
    a.k0[k] = a.train ? (float)(-gamma * i * sum / a.pixels) : 0.0f;
}

AX_MAP_KERNEL(bn_backward_sums)
{
    place p = place_of(block, a.pixels, a.each, a.c, a.lanes);
    size_t c = (size_t)a.c;
    float s = 0, b = 0, mean = 0;
    if (p.there) {
        mean = a.mean[p.c];
        s = factor(a.gamma[p.c], a.invstd[p.c]);
        b = a.beta[p.c];
    }
    double sum = 0, sum_x = 0;
    for (size_t i = p.first; i < p.last;) {
        float t = 0, q = 0;
        for (int k = 0; k < RUN && i < p.last; k++, i += p.step) {
            size_t at = i * c + (size_t)p.c;
            float x = get(as<T>(a.x) + at) - mean;
            float g = passes((int)a.act, s * x + b) ? get(as<T>(a.dy) + at) : 0.0f;
            t += g;
            q += g * x;
        }
        sum += (double)t;
        sum_x += (double)q;
    }
    if (add_up(block, p, a.part, a.turn, c, a.lanes, sum, sum_x))
        finish(a.final, (size_t)p.c, sum, sum_x);
}

template <int V, typename T>
static __device__ __forceinline__ void apply_backward(const ax_block &block, const ax_k_bn_backward_apply_args &a)
{
    uint32_t c = (uint32_t)a.c / V;
    for (size_t i = thread_index(block); i < a.n / V; i += thread_count(block)) {
        size_t pixel;
        uint32_t k;
        split(i, c, &pixel, &k);
        pack<V> x = load<V>(as<T>(a.x) + i * V), g = load<V>(as<T>(a.dy) + i * V), mean = load<V>(a.mean + k * V);
        pack<V> s = load<V>(a.a + k * V), b = load<V>(a.b + k * V);
        pack<V> k1 = load<V>(a.k1 + k * V), k0 = load<V>(a.k0 + k * V);
        for (int j = 0; j < V; j++) {
            float d = x.f[j] - mean.f[j], masked = passes(a.act, s.f[j] * d + b.f[j]) ? g.f[j] : 0.0f;
            g.f[j] = s.f[j] * masked + (k1.f[j] * d + k0.f[j]);
        }
        store<V>(as<T>(a.dx) + i * V, g);
    }
}
AX_MAP_KERNEL(bn_backward_apply)
{
    if (a.c % 4 == 0)
        apply_backward<4, T>(block, a);
    else
        apply_backward<1, T>(block, a);
}
