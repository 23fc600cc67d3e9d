#include "engine/backend/cpu/isa/isa.h"

void AX_ISA_NAME(relu)(const float *x, uint8_t act, float *y, size_t n)
{
    if (act == AX_ACT_RELU6) {
        for (size_t i = 0; i < n; i++) {
            float v = x[i] < 0.0f ? 0.0f : x[i];
            y[i] = v > 6.0f ? 6.0f : v;
        }
    } else {
        for (size_t i = 0; i < n; i++)
            y[i] = x[i] < 0.0f ? 0.0f : x[i];
    }
}

void AX_ISA_NAME(relu_backward)(const float *dy, const float *value, uint8_t act, float *dx, size_t n)
{
    if (act == AX_ACT_RELU6) {
        for (size_t i = 0; i < n; i++)
            dx[i] = ((value[i] > 0.0f) & (value[i] < 6.0f)) ? dy[i] : 0.0f;
    } else {
        for (size_t i = 0; i < n; i++)
            dx[i] = value[i] > 0.0f ? dy[i] : 0.0f;
    }
}

void AX_ISA_NAME(add)(const float *a, const float *b, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = a[i] + b[i];
}

void AX_ISA_NAME(scale)(const float *x, float s, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = s * x[i];
}

void AX_ISA_NAME(scale_add)(const float *x, float s, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] += s * x[i];
}

void AX_ISA_NAME(scale_difference)(const float *a, const float *b, float s, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = s * (a[i] - b[i]);
}

void AX_ISA_NAME(weighted_scale_difference)(const float *a, const float *b, const float *weight, float s, float *y,
                                            size_t px, int32_t c)
{
    for (size_t p = 0, i = 0; p < px; p++)
        for (int32_t k = 0; k < c; k++, i++)
            y[i] = s * weight[k] * weight[k] * (a[i] - b[i]);
}
