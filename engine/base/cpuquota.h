/* The processor time that control groups allow, in cores. */
#ifndef AX_BASE_CPUQUOTA_H
#define AX_BASE_CPUQUOTA_H

/* Cores that the bandwidth limits of a process's groups, and of the groups above them, are worth: the least of version
   2 (cpu.max) and version 1 (cpu.cfs_quota_us), rounded up; 0 = not limited, or nothing to be read. `cgroup` and
   `mountinfo` are the files of that name of /proc/PID: in which groups it is, and where they are mounted. */
int ax_cpu_quota(const char *cgroup, const char *mountinfo);

#endif
