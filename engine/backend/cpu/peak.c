#include "engine/backend/cpu/peak.h"

#include "engine/backend/cpu/device.h"
#include "engine/base/clock.h"

enum { ROUNDS = 100000 };

AX_CPU_WORK(multiply_add)
{
    const float sum = dev->k->fma_peak(ROUNDS);
    if (task == 0)
        **(volatile float *const *)job = sum; /* makes the result used */
}

double ax_cpu_peak_flops(ax_device *dev)
{
    /* Each trial takes some tenths of a millisecond: short enough that even on a busy machine some trials have all
       their threads running at once. */
    const double patience = 0.25;
    double best = 0, all = 0, work = 2.0 * ROUNDS * AX_PEAK_VECTORS * dev->k->lanes * dev->threads;
    volatile float kept = 0, *job = &kept;
    for (int i = 0; i < 2 || all < patience; i++) {
        double start = ax_clock();
        ax_cpu_parallel_for(dev, dev->threads, (size_t)dev->threads, 1, multiply_add, &job);
        double seconds = ax_clock() - start;
        all += seconds;
        if (i && seconds > 0 && work / seconds > best) /* the first trial starts the threads */
            best = work / seconds;
    }
    (void)kept;
    return best;
}

const char *ax_cpu_isa(const ax_device *dev)
{
    return dev->k->name;
}

int ax_cpu_threads(const ax_device *dev)
{
    return dev->threads;
}
