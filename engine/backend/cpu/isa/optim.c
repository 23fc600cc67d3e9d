#include "engine/backend/cpu/isa/isa.h"

#include <math.h>

/* Kingma and Ba, 2015, algorithm 1, as in PyTorch: the bias corrections divide the learning rate and the root. */
void AX_ISA_NAME(adam)(const ax_update *u, size_t lo, size_t hi)
{
    float *restrict value = u->value, *restrict m = u->m, *restrict v = u->v;
    const float *restrict grad = u->grad;
    float b1 = u->beta1, b2 = u->beta2, eps = u->eps, decay = u->weight_decay, scale = u->now->grad_scale;
    float step = u->now->lr / u->now->correct1, root = 1.0f / sqrtf(u->now->correct2);
    for (size_t i = lo; i < hi; i++) {
        float g = grad[i] * scale + decay * value[i];
        m[i] = b1 * m[i] + (1.0f - b1) * g;
        v[i] = b2 * v[i] + (1.0f - b2) * g * g;
        value[i] -= step * m[i] / (sqrtf(v[i]) * root + eps);
    }
}

void AX_ISA_NAME(sgd)(const ax_update *u, size_t lo, size_t hi)
{
    float *restrict value = u->value, *restrict m = u->m;
    const float *restrict grad = u->grad;
    float lr = u->now->lr, momentum = u->momentum, decay = u->weight_decay, scale = u->now->grad_scale;
    for (size_t i = lo; i < hi; i++) {
        float g = grad[i] * scale + decay * value[i];
        m[i] = momentum * m[i] + g;
        value[i] -= lr * m[i];
    }
}

void AX_ISA_NAME(polyak)(float *average, const float *value, float decay, size_t n)
{
    for (size_t i = 0; i < n; i++)
        average[i] = decay * average[i] + (1.0f - decay) * value[i];
}
