/* Parameter updates, split into one range of floats per task. */
#include "engine/backend/cpu/device.h"

typedef struct squares {
    const float *x;
    double *sums; /* per task */
} squares;

AX_CPU_WORK(add_squares)
{
    const squares *s = job;
    s->sums[task] = dev->k->sum_squares(s->x + lo, hi - lo);
}

ax_code ax_cpu_sum_squares(ax_device *dev, const float *x, size_t n, double *sum, ax_err *err)
{
    (void)err;
    double sums[AX_CPU_MAX_THREADS] = { 0 };
    int T = ax_cpu_tasks(dev, n);
    ax_cpu_parallel_for(dev, T, n, 64, add_squares, &(squares) { x, sums });
    *sum = 0.0;
    for (int t = 0; t < T; t++)
        *sum += sums[t];
    return AX_OK;
}

AX_CPU_WORK(adam)
{
    dev->k->adam(job, lo, hi);
}

AX_CPU_WORK(sgd)
{
    dev->k->sgd(job, lo, hi);
}

/* A step of either optimiser; changes nothing when the norm isn't finite. */
static ax_code step(ax_device *dev, const ax_update *u, ax_cpu_work *work)
{
    if (u->now->finite)
        ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, u->n), u->n, 64, work, u);
    return AX_OK;
}

ax_code ax_cpu_adam(ax_device *dev, const ax_update *u, ax_err *err)
{
    (void)err;
    return step(dev, u, adam);
}

ax_code ax_cpu_sgd(ax_device *dev, const ax_update *u, ax_err *err)
{
    (void)err;
    return step(dev, u, sgd);
}

typedef struct averaging {
    float *average;
    const float *value;
    float decay;
} averaging;

AX_CPU_WORK(polyak)
{
    const averaging *a = job;
    dev->k->polyak(a->average + lo, a->value + lo, a->decay, hi - lo);
}

ax_code ax_cpu_polyak(ax_device *dev, float *average, const float *value, size_t n, const float *decay, ax_err *err)
{
    (void)err;
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, n), n, 64, polyak, &(averaging) { average, value, *decay });
    return AX_OK;
}
