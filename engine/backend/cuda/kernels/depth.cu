/* The depth losses. Each block stores partial results; readers add them in order. */
#include "engine/backend/cuda/kernels/device.cuh"

/* As ax_depth_loss and AX_SILOG_FLOOR; op.h is C11. */
enum { BERHU, BERHU_LINEAGE, SILOG };
#define SILOG_FLOOR 1e-3f

/* The maximum of v >= 0 over the block's threads, returned in all of them. */
static __device__ __forceinline__ double block_most(const ax_block &block, double v)
{
    __shared__ double s[AX_CUDA_THREADS];
    s[threadIdx.x] = v;
    __syncthreads();
    for (unsigned half = block.threads / 2; half > 0; half /= 2) {
        if (threadIdx.x < half && s[threadIdx.x + half] > s[threadIdx.x])
            s[threadIdx.x] = s[threadIdx.x + half];
        __syncthreads();
    }
    double most = s[0];
    __syncthreads(); /* s may be reused from here on */
    return most;
}

static __device__ __forceinline__ bool counts(int kind, float least, float t)
{
    return kind == BERHU_LINEAGE ? t != 0.0f : kind == SILOG ? t > least : t > 0.0f;
}

/* e for berHu; the lineage applies a ReLU first. */
static __device__ __forceinline__ float error_of(int kind, float p, float t)
{
    return (kind == BERHU_LINEAGE && p <= 0.0f ? 0.0f : p) - t;
}

/* NaN stays NaN. */
static __device__ __forceinline__ float log_error(float p, float t)
{
    return logf(p <= SILOG_FLOOR ? SILOG_FLOOR : p) - logf(t);
}

AX_KERNEL(depth_scan)
{
    double n = 0, sum = 0, square = 0;
    float most = 0;
    for (size_t i = thread_index(block); i < a.pixels; i += thread_count(block)) {
        float t = a.truth[i];
        if (!counts(a.kind, a.least, t))
            continue;
        n += 1;
        if (a.kind == SILOG) {
            double d = (double)log_error(a.p[i], t);
            sum += d;
            square += d * d;
        } else {
            most = fmaxf(most, fabsf(error_of(a.kind, a.p[i], t)));
        }
    }
    n = block_sum(block, n);
    sum = block_sum(block, sum);
    square = block_sum(block, square);
    double largest = block_most(block, (double)most);
    if (threadIdx.x == 0) {
        double *out = a.scan + (size_t)block.x * 4;
        out[0] = n;
        out[1] = sum;
        out[2] = square;
        out[3] = largest;
    }
}

/* Results of the first pass for the whole batch. */
struct whole {
    double n, sum, square, most;
};
static __device__ __forceinline__ whole whole_of(const ax_block &block, const double *scan, size_t scans)
{
    whole w = { 0, 0, 0, 0 };
    for (size_t i = threadIdx.x; i < scans; i += block.threads) {
        w.n += scan[4 * i];
        w.sum += scan[4 * i + 1];
        w.square += scan[4 * i + 2];
        w.most = scan[4 * i + 3] > w.most ? scan[4 * i + 3] : w.most;
    }
    w.n = block_sum(block, w.n);
    w.sum = block_sum(block, w.sum);
    w.square = block_sum(block, w.square);
    w.most = block_most(block, w.most);
    return w;
}

/* The variance-like sum under SILOG's root, and the mean of d. */
static __device__ __forceinline__ double spread(whole w, double *mean)
{
    *mean = w.n > 0 ? w.sum / w.n : 0;
    return w.n > 0 ? w.square / w.n - 0.85 * *mean * *mean : 0;
}

static __device__ __forceinline__ float silog_gradient(whole w, float p, float t)
{
    double mean, v = spread(w, &mean);
    if (v <= 0 || p <= SILOG_FLOOR)
        return 0.0f;
    return (float)(5 / sqrt(v) / w.n * (2 * (double)log_error(p, t) - 1.7 * mean) / (double)p);
}

/* One thread's pixel. */
struct pixel {
    double loss, slope, equal;
    float grad;
};
static __device__ __forceinline__ pixel berhu(whole w, int kind, size_t pixels, float p, float t)
{
    pixel out = { 0, 0, 0, 0 };
    double c = 0.2 * w.most, n = kind == BERHU_LINEAGE ? (double)pixels : w.n;
    double e = (double)error_of(kind, p, t), size = fabs(e);
    if (c == 0)
        return out;
    bool linear = size <= c;
    out.loss = linear ? size : (e * e + c * c) / (2 * c);
    out.slope = linear ? 0 : (1 - e * e / (c * c)) / 2;
    out.equal = size == w.most ? 1 : 0;
    if (kind == BERHU || p > 0.0f)
        out.grad = (float)((linear ? (e > 0 ? 1.0 : e < 0 ? -1.0 : 0.0) : e / c) / n);
    return out;
}

AX_KERNEL(depth_loss)
{
    whole w = whole_of(block, a.scan, a.scans);
    size_t i = thread_index(block);
    pixel out = { 0, 0, 0, 0 };
    if (i < a.pixels && counts(a.kind, a.least, a.truth[i])) {
        if (a.kind == SILOG)
            out.grad = silog_gradient(w, a.p[i], a.truth[i]);
        else
            out = berhu(w, a.kind, a.pixels, a.p[i], a.truth[i]);
    }
    if (i < a.pixels && a.grad)
        a.grad[i] = out.grad;
    double loss = block_sum(block, out.loss), slope = block_sum(block, out.slope), equals = block_sum(block, out.equal);
    if (threadIdx.x == 0) {
        double *part = a.part + (size_t)block.x * 3;
        part[0] = loss;
        part[1] = slope;
        part[2] = equals;
    }
}

AX_KERNEL(depth_final)
{
    whole w = whole_of(block, a.scan, a.scans);
    double loss = 0, slope = 0, equals = 0;
    for (size_t i = threadIdx.x; i < a.parts; i += block.threads) {
        loss += a.part[3 * i];
        slope += a.part[3 * i + 1];
        equals += a.part[3 * i + 2];
    }
    loss = block_sum(block, loss);
    slope = block_sum(block, slope);
    equals = block_sum(block, equals);
    if (threadIdx.x)
        return;
    double n = a.kind == BERHU_LINEAGE ? (double)a.pixels : w.n, mean, v = spread(w, &mean);
    double value = a.kind != SILOG ? (n > 0 ? loss / n : 0) : v <= 0 ? 0 : 10 * sqrt(v);
    if (a.out)
        *a.out = (float)value;
    *a.share = equals > 0 ? (float)(0.2 * slope / n / equals) : 0.0f;
}

AX_KERNEL(depth_share)
{
    whole w = whole_of(block, a.scan, a.scans);
    size_t i = thread_index(block);
    if (i >= a.pixels || w.most == 0)
        return;
    float p = a.p[i], t = a.truth[i], e = error_of(BERHU_LINEAGE, p, t);
    if (t != 0.0f && p > 0.0f && (double)fabsf(e) == w.most)
        a.grad[i] += e > 0.0f ? *a.share : -*a.share;
}
