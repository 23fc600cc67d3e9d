/* The processor cores that this process may use. */
#ifndef AX_BASE_CORES_H
#define AX_BASE_CORES_H

/* Cores of the process's affinity mask (taskset, cpusets of a container), at least 1. */
int ax_cores_allowed(void);

#endif
