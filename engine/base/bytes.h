/* Amounts of memory: as text, and how much there is. */
#ifndef AX_BASE_BYTES_H
#define AX_BASE_BYTES_H

#include <stdbool.h>
#include <stdint.h>

/* "4GiB", "512 MB", "1.5g", "1000000": a number, then nothing or B, k, M, G, T with or without B (powers of 1000 as the
   units say, but a bare letter and KiB, MiB, ... are powers of 1024). false: it is none of these, or above 2^60. */
bool ax_bytes_parse(const char *text, uint64_t *bytes);
/* What this process may use at most: the least of the machine's memory, the limits of its cgroups (v2, or v1's memory
   controller) and RLIMIT_AS. */
uint64_t ax_bytes_allowed(void);
/* Most bytes that were resident at once (VmHWM) since the start or the last reset; 0 = not known here. */
uint64_t ax_bytes_peak(void);
void ax_bytes_reset_peak(void);

#endif
