/* Amounts of memory: their text form, and how much memory there is. */
#ifndef AX_BASE_BYTES_H
#define AX_BASE_BYTES_H

#include <stdbool.h>
#include <stdint.h>

/* Parses "4GiB", "512 MB", "1.5g", "1000000": a number, then nothing or B, k, M, G or T, with or without B. kB, MB, ...
   are powers of 1000; a bare letter and KiB, MiB, ... are powers of 1024. Returns false for any other form and for
   amounts above 2^60. */
bool ax_bytes_parse(const char *text, uint64_t *bytes);
/* Memory that this process may use: the smallest of the machine's memory, the limits of its cgroups (v2, or v1's memory
   controller) and RLIMIT_AS. */
uint64_t ax_bytes_allowed(void);
/* Peak resident memory (VmHWM) since the start or the last reset; 0 = unknown on this system. */
uint64_t ax_bytes_peak(void);
void ax_bytes_reset_peak(void);

#endif
