/* Round numbers for axes: where ticks go, and how they are written. */
#ifndef AX_VIZ_TICKS_H
#define AX_VIZ_TICKS_H

#include <stdbool.h>

enum { AX_TICKS = 40, AX_TICK_TEXT = 16 };

/* At most `most` (up to AX_TICKS) round values from lo to hi, ascending: multiples of 1, 2 or 5 times a power of ten.
   On a log scale (lo > 0) of a decade or more they are 1 to 9, or 1, 2 and 5, or 1 times powers of ten, as many as may
   be. Returns how many. */
int ax_ticks(double lo, double hi, bool log_scale, int most, double out[static AX_TICKS]);
/* "0.25", "5000", "50k", "2.5M": as few digits as tell the value. */
char *ax_tick_text(double v, char out[static AX_TICK_TEXT]);

#endif
