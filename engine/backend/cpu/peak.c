#include "engine/backend/cpu/peak.h"

#include "engine/backend/cpu/device.h"

#include <omp.h>

double ax_cpu_peak_flops(ax_device *dev)
{
    /* Each trial takes some tenths of a millisecond: short enough that even on a busy machine some trials have all
       their threads running at once. */
    enum { ROUNDS = 100000 };
    const double patience = 0.25;
    double best = 0, all = 0, work = 2.0 * ROUNDS * AX_PEAK_VECTORS * dev->k->lanes * dev->threads;
    volatile float kept = 0; /* makes the result used */
    for (int i = 0; i < 2 || all < patience; i++) {
        double start = omp_get_wtime();
#pragma omp parallel for num_threads(dev->threads) schedule(static)
        for (int t = 0; t < dev->threads; t++) {
            float sum = dev->k->fma_peak(ROUNDS);
            if (t == 0)
                kept = sum;
        }
        double seconds = omp_get_wtime() - start;
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
