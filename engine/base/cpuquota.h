/* Limits on processor time set by control groups, in cores. */
#ifndef AX_BASE_CPUQUOTA_H
#define AX_BASE_CPUQUOTA_H

/* The smallest CPU bandwidth limit of a process's control groups and their ancestors, in cores, rounded up: version 2
   (cpu.max) and version 1 (cpu.cfs_quota_us). 0 = no limit, or none can be read. `cgroup` and `mountinfo` are the paths
   of the process's files of these names in /proc/PID. */
int ax_cpu_quota(const char *cgroup, const char *mountinfo);

#endif
