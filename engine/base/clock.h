/* Clocks and timings. */
#ifndef AX_BASE_CLOCK_H
#define AX_BASE_CLOCK_H

#include <stddef.h>

double ax_clock(void);      /* seconds of the monotonic clock */
double ax_clock_wall(void); /* seconds since the epoch; jumps when somebody sets the clock */
/* Seconds since the epoch at the program's start, plus monotonic time since then: never jumps. */
typedef struct ax_steady_clock {
    double wall, monotonic;
} ax_steady_clock;
ax_steady_clock ax_steady_start(void);
double ax_steady_now(const ax_steady_clock *c);
/* The median of n > 0 times (the upper one when n is even). Sorts the array: time[0] is the smallest afterwards. */
double ax_clock_median(double *time, size_t n);

#endif
