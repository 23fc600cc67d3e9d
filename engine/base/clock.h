/* The time, and times that are measured. */
#ifndef AX_BASE_CLOCK_H
#define AX_BASE_CLOCK_H

#include <stddef.h>

double ax_clock(void);      /* seconds of the monotonic clock */
double ax_clock_wall(void); /* seconds since the epoch */
/* The middle one of n > 0 times (of an even count the upper), which it sorts: time[0] is the least from then on. */
double ax_clock_median(double *time, size_t n);

#endif
