/* Divides work among the tasks of a device. */
#include "engine/backend/cpu/device.h"

typedef struct division {
    const ax_device *dev;
    int tasks;
    size_t n, unit;
    ax_cpu_work *work;
    const void *job;
} division;

static void do_share(const void *of, int task)
{
    const division *d = of;
    size_t lo, hi;
    ax_cpu_span(d->n, d->unit, d->tasks, task, &lo, &hi);
    d->work(d->dev, d->job, task, lo, hi);
}

void ax_cpu_parallel_for(const ax_device *dev, int tasks, size_t n, size_t unit, ax_cpu_work *work, const void *job)
{
    const division d = { dev, tasks, n, unit, work, job };
    ax_team_run(dev->team, tasks, do_share, &d);
}
