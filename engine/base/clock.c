#include "engine/base/clock.h"

#include <stdlib.h>
#include <time.h>

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double ax_clock(void)
{
    return seconds(CLOCK_MONOTONIC);
}

double ax_clock_wall(void)
{
    return seconds(CLOCK_REALTIME);
}

ax_steady_clock ax_steady_start(void)
{
    return (ax_steady_clock) { ax_clock_wall(), ax_clock() };
}

double ax_steady_now(const ax_steady_clock *c)
{
    return c->wall + (ax_clock() - c->monotonic);
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
