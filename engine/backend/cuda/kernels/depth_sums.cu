/* Depth errors, image by image (engine/task/depth/metrics.c does the same on the host). Each block sums its share of an
   image's pixels; the last finished block adds the shares, always in the same order. */
#include "engine/backend/cuda/kernels/device.cuh"

struct sums {
    double of[AX_DEPTH_SUMS];
};

/* Adds one valid pixel. */
static __device__ __forceinline__ void add(sums &s, double p, double t)
{
    const double step = 1.25;
    double e = p - t, l = log(p) - log(t), ratio = p > t ? p / t : t / p;
    s.of[AX_SUM_PIXELS] += 1;
    s.of[AX_SUM_ABS_REL] += fabs(e) / t;
    s.of[AX_SUM_SQ_REL] += e * e / t;
    s.of[AX_SUM_SQUARE] += e * e;
    s.of[AX_SUM_LOG10] += fabs(log10(p) - log10(t));
    s.of[AX_SUM_LOG] += l;
    s.of[AX_SUM_LOG_SQUARE] += l * l;
    s.of[AX_SUM_TRUTH] += t;
    s.of[AX_SUM_TRUTH_SQUARE] += t * t;
    s.of[AX_SUM_WITHIN] += ratio < step;
    s.of[AX_SUM_WITHIN + 1] += ratio < step * step;
    s.of[AX_SUM_WITHIN + 2] += ratio < step * step * step;
}

static __device__ __forceinline__ void judge(sums &s, const ax_depth_judging &j, int y, int x, float p, float t)
{
    s.of[AX_SUM_NOT_FINITE] += !isfinite(p);
    if (!isfinite(t))
        return;
    if (t != 0 && isfinite(p)) {
        double e = fabs((double)p) - (double)t;
        s.of[AX_SUM_PLAIN_PIXELS] += 1;
        s.of[AX_SUM_PLAIN_SQUARE] += e * e;
    }
    bool inside = y >= j.top && y < j.bottom && x >= j.left && x < j.right;
    if (inside && t > j.min && t < j.max) {
        float capped = !(p >= j.min) ? j.min : p > j.max ? j.max : p; /* includes NaN */
        add(s, (double)capped, (double)t);
    }
}

AX_KERNEL(depth_sums)
{
    const ax_depth_judging &j = a.j;
    size_t pixels = (size_t)j.h * (size_t)j.w, image = block.y;
    double *part = a.part + image * block.columns * AX_DEPTH_SUMS;
    sums s;
    for (int k = 0; k < AX_DEPTH_SUMS; k++)
        s.of[k] = 0;
    for (size_t i = thread_index(block); i < pixels; i += thread_count(block)) {
        size_t y;
        uint32_t x;
        split(i, (uint32_t)j.w, &y, &x);
        judge(s, j, (int)y, (int)x, j.prediction[image * pixels + i] * j.unit, j.truth[image * pixels + i]);
    }
    for (int k = 0; k < AX_DEPTH_SUMS; k++) {
        double sum = block_sum(block, s.of[k]);
        if (threadIdx.x == 0)
            part[block.x * AX_DEPTH_SUMS + k] = sum;
    }
    if (!last_block(a.turn + image, block.columns) || threadIdx.x >= AX_DEPTH_SUMS)
        return;
    double sum = 0;
    for (unsigned i = 0; i < block.columns; i++)
        sum += part[i * AX_DEPTH_SUMS + threadIdx.x];
    j.sums[image * AX_DEPTH_SUMS + threadIdx.x] = sum;
}
