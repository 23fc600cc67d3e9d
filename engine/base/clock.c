#include "engine/base/clock.h"

#include <stdlib.h>
#include <time.h>

double ax_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

double ax_clock_median(double *time, size_t n)
{
    qsort(time, n, sizeof *time, ascending);
    return time[n / 2];
}
