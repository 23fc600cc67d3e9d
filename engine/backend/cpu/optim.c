/* Parameter updates, split into one range of floats per task. */
#include "engine/backend/cpu/device.h"

ax_code ax_cpu_sum_squares(ax_device *dev, const float *x, size_t n, double *sum, ax_err *err)
{
    (void)err;
    double sums[AX_CPU_MAX_THREADS] = { 0 };
    int T = ax_cpu_tasks(dev, n);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(n, 64, T, t, &lo, &hi);
        sums[t] = dev->k->sum_squares(x + lo, hi - lo);
    }
    *sum = 0.0;
    for (int t = 0; t < T; t++)
        *sum += sums[t];
    return AX_OK;
}

/* A step of either optimiser; changes nothing when the norm isn't finite. */
static ax_code step(ax_device *dev, const ax_update *u, void (*kernel)(const ax_update *u, size_t lo, size_t hi))
{
    if (!u->now->finite)
        return AX_OK;
    int T = ax_cpu_tasks(dev, u->n);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(u->n, 64, T, t, &lo, &hi);
        kernel(u, lo, hi);
    }
    return AX_OK;
}

ax_code ax_cpu_adam(ax_device *dev, const ax_update *u, ax_err *err)
{
    (void)err;
    return step(dev, u, dev->k->adam);
}

ax_code ax_cpu_sgd(ax_device *dev, const ax_update *u, ax_err *err)
{
    (void)err;
    return step(dev, u, dev->k->sgd);
}

ax_code ax_cpu_polyak(ax_device *dev, float *average, const float *value, size_t n, const float *decay, ax_err *err)
{
    (void)err;
    int T = ax_cpu_tasks(dev, n);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(n, 64, T, t, &lo, &hi);
        dev->k->polyak(average + lo, value + lo, *decay, hi - lo);
    }
    return AX_OK;
}
