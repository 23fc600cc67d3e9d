/* The processor cores that this process may use, and parts of them for workers that run side by side. */
#ifndef AX_BASE_CORES_H
#define AX_BASE_CORES_H

#include "engine/base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Number of logical cores in the process's affinity mask (taskset, a container's cpuset), or fewer when its control
   groups limit its processor time (engine/base/cpuquota.h); at least 1. */
int ax_cores_allowed(void);

/* Parses "K/N": the K-th of N equal parts, 1 <= K <= N <= 32768. Returns false for any other form. */
bool ax_cores_parse_part(const char *text, int *part, int *parts);
/* Part number `part` of `parts` (at most 32) of a valid "K/N": part 2 of 2 of "1/2" is "2/4". */
void ax_cores_part_of(const char *text, int part, int parts, char *out, size_t cap);
/* Restricts the calling thread, and all threads and processes it starts later, to the part "K/N" of the allowed cores.
   A part's cores are neighbours, and the hyperthreads of a core stay together; a limited CPU bandwidth is divided by N
   too. AX_EINVAL: not a part; AX_EDEVICE: the system refuses. Call it once: parts are relative to the cores allowed
   now. */
ax_code ax_cores_take_part(const char *text, ax_err *err);

/* ---- building blocks, public for tests ---- */

typedef struct ax_core {
    int cpu, package, core; /* numbers of the logical core, its package, and its physical core within the package */
} ax_core;
/* Sorts the logical cores and says which of them make up part `part` (from 1) of `parts`: *count cores from *first on,
   at least one. With more parts than cores, some parts share a core. n > 0. */
void ax_cores_divide(ax_core *core, size_t n, int part, int parts, size_t *first, size_t *count);

#endif
