#include "engine/base/cores.h"

#include "engine/base/cpuquota.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PARTS = 32768 };

/* The limit of this process's control groups; 0 = none. */
static int bandwidth(void)
{
    return ax_cpu_quota("/proc/self/cgroup", "/proc/self/mountinfo");
}

int ax_cores_allowed(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set))
        return 1; /* more than CPU_SETSIZE cores, or the call isn't supported */
    int n = CPU_COUNT(&set), worth = bandwidth();
    if (worth && worth < n)
        n = worth;
    return n < 1 ? 1 : n;
}

/* ---- parts ---- */

bool ax_cores_parse_part(const char *text, int *part, int *parts)
{
    int end = 0;
    if (sscanf(text, "%5d/%5d%n", part, parts, &end) != 2 || text[end] || text[0] < '0' || text[0] > '9')
        return false;
    return *part >= 1 && *part <= *parts && *parts <= MOST_PARTS;
}

void ax_cores_part_of(const char *text, int part, int parts, char *out, size_t cap)
{
    int k = 1, n = 1;
    ax_cores_parse_part(text, &k, &n);
    snprintf(out, cap, "%d/%d", (k - 1) * parts + part, n * parts);
}

static int by_place(const void *a, const void *b)
{
    const ax_core *x = a, *y = b;
    if (x->package != y->package)
        return x->package < y->package ? -1 : 1;
    if (x->core != y->core)
        return x->core < y->core ? -1 : 1;
    return (x->cpu > y->cpu) - (x->cpu < y->cpu);
}

static bool same_core(const ax_core *a, const ax_core *b)
{
    return a->package == b->package && a->core == b->core;
}

/* Index of the first logical core of physical core number `k`; n past the last. */
static size_t start_of(const ax_core *core, size_t n, size_t k)
{
    size_t at = 0;
    for (; at < n && k; k--)
        do
            at++;
        while (at < n && same_core(&core[at], &core[at - 1]));
    return at;
}

void ax_cores_divide(ax_core *core, size_t n, int part, int parts, size_t *first, size_t *count)
{
    qsort(core, n, sizeof *core, by_place);
    size_t physical = 1, k = (size_t)part - 1, of = (size_t)parts;
    for (size_t i = 1; i < n; i++)
        physical += !same_core(&core[i], &core[i - 1]);
    if (of <= physical) {
        *first = start_of(core, n, k * physical / of);
        *count = start_of(core, n, (k + 1) * physical / of) - *first;
    } else if (of <= n) {
        *first = k * n / of;
        *count = (k + 1) * n / of - *first;
    } else {
        *first = k % n;
        *count = 1;
    }
}

static int topology(int cpu, const char *what)
{
    char name[96];
    int value;
    snprintf(name, sizeof name, "/sys/devices/system/cpu/cpu%d/topology/%s", cpu, what);
    FILE *f = fopen(name, "re");
    if (!f || fscanf(f, "%9d", &value) != 1 || value < 0)
        value = -1;
    if (f)
        fclose(f);
    return value;
}

ax_code ax_cores_take_part(const char *text, ax_err *err)
{
    int part, parts;
    cpu_set_t set;
    if (!ax_cores_parse_part(text, &part, &parts))
        return ax_fail(err, AX_EINVAL, "'%s' isn't a part of the cores, like 1/2", text);
    if (parts == 1)
        return AX_OK;
    if (sched_getaffinity(0, sizeof set, &set))
        return ax_fail(err, AX_EDEVICE, "cannot read which cores are allowed: %s", strerror(errno));
    ax_core core[CPU_SETSIZE];
    size_t n = 0, first, count;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &set)) {
            int id = topology(cpu, "core_id");
            core[n++] = (ax_core) { cpu, topology(cpu, "physical_package_id"), id < 0 ? cpu : id };
        }
    ax_cores_divide(core, n, part, parts, &first, &count);
    size_t quota = (size_t)bandwidth(), worth = quota / (size_t)parts;
    if (quota && count > worth)
        count = worth ? worth : 1;
    CPU_ZERO(&set);
    for (size_t i = first; i < first + count; i++)
        CPU_SET(core[i].cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set))
        return ax_fail(err, AX_EDEVICE, "cannot take the part %s of the cores: %s", text, strerror(errno));
    return AX_OK;
}
