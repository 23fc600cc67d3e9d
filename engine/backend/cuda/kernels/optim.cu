/* The parts of a step besides its network: gathering the batch, the log, parameter updates (Adam: Kingma and Ba, ICLR
   2015; momentum as in PyTorch; Polyak averages). */
#include "engine/backend/cuda/kernels/device.cuh"

AX_KERNEL(clip)
{
    if (thread_index(block))
        return;
    double total = 0;
    for (size_t i = 0; i < a.n; i++)
        total += a.sums[i];
    double norm = sqrt(total), scale = a.most > 0 ? a.most / (norm + 1e-6) : 1;
    a.now->norm = norm;
    a.now->finite = isfinite(norm) ? 1 : 0;
    a.now->grad_scale = scale < 1 ? (float)scale : 1.0f;
}

AX_KERNEL(adam)
{
    const ax_update_now now = *a.now;
    for (size_t i = now.finite ? thread_index(block) : a.n; i < a.n; i += thread_count(block)) {
        float x = a.value[i], g = now.grad_scale * a.grad[i] + a.weight_decay * x;
        float m = a.beta1 * a.m[i] + (1.0f - a.beta1) * g, v = a.beta2 * a.v[i] + (1.0f - a.beta2) * g * g;
        a.m[i] = m;
        a.v[i] = v;
        a.value[i] = x - now.lr * (m / now.correct1) / (sqrtf(v / now.correct2) + a.eps);
    }
}

AX_KERNEL(sgd)
{
    const ax_update_now now = *a.now;
    for (size_t i = now.finite ? thread_index(block) : a.n; i < a.n; i += thread_count(block)) {
        float x = a.value[i], g = now.grad_scale * a.grad[i] + a.weight_decay * x, m = a.momentum * a.m[i] + g;
        a.m[i] = m;
        a.value[i] = x - now.lr * m;
    }
}

AX_KERNEL(polyak)
{
    float decay = *a.decay;
    for (size_t i = thread_index(block); i < a.n; i += thread_count(block))
        a.average[i] = decay * a.average[i] + (1.0f - decay) * a.value[i];
}

/* Added in the order of the ranks. */
AX_KERNEL(weighted_sum)
{
    for (size_t i = thread_index(block); i < a.n; i += thread_count(block)) {
        float sum = a.weight[0] * a.sum[i];
        for (int64_t r = 1; r < a.ranks; r++)
            sum += a.weight[r] * a.other[(size_t)(r - 1) * a.n + i];
        a.sum[i] = sum;
    }
}

/* 16 bytes at a time where a part's items and places are aligned to 16 bytes, as all but odd-sized targets are. */
AX_KERNEL(gather)
{
    size_t bytes = a.bytes[block.z], place = block.y;
    const char *from = a.from[block.z] + (size_t)a.index[place] * bytes;
    char *to = a.to[block.z] + place * bytes;
    size_t done = 0;
    if (((reinterpret_cast<uintptr_t>(from) | reinterpret_cast<uintptr_t>(to)) & 15) == 0) {
        done = bytes / 16 * 16;
        for (size_t i = thread_index(block); i < bytes / 16; i += thread_count(block))
            reinterpret_cast<float4 *>(to)[i] = reinterpret_cast<const float4 *>(from)[i];
    }
    for (size_t i = done + thread_index(block); i < bytes; i += thread_count(block))
        to[i] = from[i];
}

AX_KERNEL(log)
{
    if (thread_index(block))
        return;
    double *log = a.log + 3 * (size_t)a.first->slot;
    log[0] = (double)*a.loss;
    log[1] = a.first->norm;
    log[2] = a.second ? a.second->norm : 0.0;
}
