/* The time, and times that are measured. */
#ifndef AX_BASE_CLOCK_H
#define AX_BASE_CLOCK_H

#include <stddef.h>

double ax_clock(void);      /* seconds of the monotonic clock */
double ax_clock_wall(void); /* seconds since the epoch; jumps when somebody sets the clock */
/* Seconds since the epoch as they were when it was started, and those of the monotonic clock since then: never jumps.
 */
typedef struct ax_steady_clock {
    double wall, monotonic;
} ax_steady_clock;
ax_steady_clock ax_steady_start(void);
double ax_steady_now(const ax_steady_clock *c);
/* The middle one of n > 0 times (of an even count the upper), which it sorts: time[0] is the least from then on. */
double ax_clock_median(double *time, size_t n);

#endif
