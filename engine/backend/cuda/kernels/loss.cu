/* Losses and sums with a scalar result. */
#include "engine/backend/cuda/kernels/device.cuh"

/* Each block stores its part of a sum; the last finished block adds the parts in order. Returns true in one thread,
   with the sum. */
static __device__ __forceinline__ bool add_parts(const ax_block &block, double *part, const ax_k_scalar &to, double &sum)
{
    sum = block_sum(block, sum);
    if (threadIdx.x == 0)
        part[block.x] = sum;
    if ((!to.out && !to.out_wide) || !last_block(to.turn, block.columns))
        return false;
    sum = 0;
    for (size_t i = threadIdx.x; i < block.columns; i += block.threads)
        sum += part[i];
    sum = to.scale * block_sum(block, sum);
    return threadIdx.x == 0;
}
static __device__ __forceinline__ void write(const ax_k_scalar &to, double sum)
{
    if (to.out)
        *to.out = (float)sum;
    if (to.out_wide)
        *to.out_wide = sum;
}

AX_KERNEL(ce_count)
{
    uint32_t count = 0;
    double all = 0;
    for (size_t i = thread_index(block); i < a.pixels; i += thread_count(block)) {
        bool valid = a.labels[i] < a.c;
        count += valid;
        if (valid && a.weight)
            all += (double)a.weight[a.labels[i]];
    }
    count = block_sum(block, count);
    if (a.weight) /* uniform within the block */
        all = block_sum(block, all);
    if (threadIdx.x == 0)
        a.count[block.x] = count;
    if (threadIdx.x == 0 && a.weight)
        a.all[block.x] = all;
}

static __device__ __forceinline__ uint32_t total(const ax_block &block, const uint32_t *count, int counts)
{
    uint32_t n = 0;
    for (int i = (int)threadIdx.x; i < counts; i += (int)block.threads)
        n += count[i];
    return block_sum(block, n);
}

static __device__ __forceinline__ double total_weight(const ax_block &block, const double *all, int counts)
{
    double sum = 0;
    for (int i = (int)threadIdx.x; i < counts; i += (int)block.threads)
        sum += all[i];
    return block_sum(block, sum);
}

/* -log softmax of the label, and its gradient, (softmax - onehot) / number of labelled pixels; with weights, both times
   the label's weight and divided by the sum of weights. */
AX_KERNEL(ce)
{
    uint32_t valid = a.weight ? 0 : total(block, a.count, a.counts);
    double all = a.weight ? total_weight(block, a.all, a.counts) : 0;
    size_t i = thread_index(block);
    float loss = 0.0f;
    if (i < a.pixels) {
        const float *x = a.logits + i * (size_t)a.c;
        float *grad = a.grad ? a.grad + i * (size_t)a.c : nullptr;
        int label = a.labels[i];
        if (label < a.c) {
            float most = x[0], sum = 0.0f;
            for (int k = 1; k < a.c; k++)
                most = fmaxf(most, x[k]);
            for (int k = 0; k < a.c; k++)
                sum += expf(x[k] - most);
            float each = a.weight ? a.weight[label] : 1.0f;
            float scale = !a.weight ? 1.0f / (float)valid : all > 0 ? (float)((double)each / all) : 0.0f;
            float share = scale / sum;
            for (int k = 0; grad && k < a.c; k++)
                grad[k] = share * expf(x[k] - most) - (k == label ? scale : 0.0f);
            loss = logf(sum) + (most - x[label]);
            if (a.weight)
                loss *= each;
        } else {
            for (int k = 0; grad && k < a.c; k++)
                grad[k] = 0.0f;
        }
    }
    double sum = (double)loss;
    if (!add_parts(block, a.part, a.loss, sum))
        return;
    if (a.weight)
        sum = all > 0 ? sum / all : 0.0;
    else
        sum = valid ? sum / (double)valid : 0.0;
    write(a.loss, sum);
}

AX_KERNEL(squares)
{
    double sum = 0;
    for (size_t i = thread_index(block); i < a.n; i += thread_count(block)) {
        double d = (double)a.a[i] - (a.b ? (double)a.b[i] : 0.0);
        sum += d * d;
    }
    if (add_parts(block, a.part, a.sum, sum))
        write(a.sum, sum);
}

static __device__ __forceinline__ float weight_of(const float *weight, size_t i, size_t image, size_t c)
{
    return weight[i / image * c + i % c];
}

AX_KERNEL(weighted_squares)
{
    double sum = 0;
    for (size_t i = thread_index(block); i < a.n; i += thread_count(block)) {
        double d = (double)weight_of(a.weight, i, a.image, a.c) * ((double)a.a[i] - (double)a.b[i]);
        sum += d * d;
    }
    if (add_parts(block, a.part, a.sum, sum))
        write(a.sum, sum);
}

AX_KERNEL(weighted_difference)
{
    float s = (float)(a.scale * (double)*a.factor);
    for (size_t i = thread_index(block); i < a.n; i += thread_count(block)) {
        float w = weight_of(a.weight, i, a.image, a.c);
        a.y[i] = s * w * w * (a.a[i] - a.b[i]);
    }
}
