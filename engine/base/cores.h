/* The processor cores that this process may use, and parts of them for workers that run side by side. */
#ifndef AX_BASE_CORES_H
#define AX_BASE_CORES_H

#include "engine/base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Logical cores of the process's affinity mask (taskset, the cpuset of a container), or fewer when the processor
   time that its control groups allow (engine/base/cpuquota.h) is worth fewer; at least 1. */
int ax_cores_allowed(void);

/* "K/N": the K-th of N equal parts, 1 <= K <= N <= 32768. false: it isn't that. */
bool ax_cores_parse_part(const char *text, int *part, int *parts);
/* The part `part` of `parts` (at most 32) of a valid "K/N": "2/4" is the second half of "1/2". */
void ax_cores_part_of(const char *text, int part, int parts, char *out, size_t cap);
/* Restricts the calling thread, and all that it starts from then on, to the part "K/N" of the allowed cores:
   neighbours, the hyperthreads of a core together, and of a limited bandwidth its N-th too. AX_EINVAL, or AX_EDEVICE
   when the system refuses. Parts are of what is allowed now: take one once. */
ax_code ax_cores_take_part(const char *text, ax_err *err);

/* ---- what these are made of, for tests ---- */

typedef struct ax_core {
    int cpu, package, core; /* number of the logical core; of its physical core in its package */
} ax_core;
/* Sorts the logical cores and says which make up part `part` (from 1) of `parts`: *count from *first on, at least one.
   More parts than cores: some get the same one. n > 0. */
void ax_cores_divide(ax_core *core, size_t n, int part, int parts, size_t *first, size_t *count);

#endif
