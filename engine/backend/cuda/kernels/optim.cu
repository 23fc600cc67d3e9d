/* Parameter updates: Kingma and Ba, ICLR 2015; momentum as PyTorch has it; averages of Polyak and Juditsky. */
#include "engine/backend/cuda/kernels/device.cuh"

AX_KERNEL(adam)
{
    for (size_t i = thread_index(); i < a.n; i += thread_count()) {
        float x = a.value[i], g = a.grad_scale * a.grad[i] + a.weight_decay * x;
        float m = a.beta1 * a.m[i] + (1.0f - a.beta1) * g, v = a.beta2 * a.v[i] + (1.0f - a.beta2) * g * g;
        a.m[i] = m;
        a.v[i] = v;
        a.value[i] = x - a.lr * (m / a.correct1) / (sqrtf(v / a.correct2) + a.eps);
    }
}

AX_KERNEL(sgd)
{
    for (size_t i = thread_index(); i < a.n; i += thread_count()) {
        float x = a.value[i], g = a.grad_scale * a.grad[i] + a.weight_decay * x, m = a.momentum * a.m[i] + g;
        a.m[i] = m;
        a.value[i] = x - a.lr * m;
    }
}

AX_KERNEL(polyak)
{
    float decay = (float)a.decay;
    for (size_t i = thread_index(); i < a.n; i += thread_count())
        a.average[i] = decay * a.average[i] + (1.0f - decay) * a.value[i];
}
