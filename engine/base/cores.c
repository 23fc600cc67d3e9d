#include "engine/base/cores.h"

#include <sched.h>

int ax_cores_allowed(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set))
        return 1; /* more than CPU_SETSIZE cores, or no such call */
    int n = CPU_COUNT(&set);
    return n < 1 ? 1 : n;
}
