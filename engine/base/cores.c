#include "engine/base/cores.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PARTS = 32768 };

/* The first line of a file that starts with prefix, without what ends it. Files of the kernel have no size to go by. */
static bool read_line(const char *path, const char *prefix, char *line, int cap)
{
    FILE *f = fopen(path, "re");
    bool found = false;
    while (f && !found && fgets(line, cap, f))
        found = !strncmp(line, prefix, strlen(prefix));
    if (f)
        fclose(f);
    if (found)
        line[strcspn(line, "\n")] = '\0';
    return found;
}

/* ---- bandwidth ---- */

int ax_cores_bandwidth(const char *root, const char *path)
{
    char at[PATH_MAX];
    double least = 0;
    int n = snprintf(at, sizeof at, "%s%s", root, path);
    size_t stop = strlen(root), len = n > 0 && (size_t)n < sizeof at ? (size_t)n : stop;
    for (; len >= stop; len--) {
        if (len > stop && at[len] != '/' && at[len] != '\0')
            continue;
        char name[PATH_MAX + 16], line[64];
        double quota, period;
        at[len] = '\0';
        snprintf(name, sizeof name, "%s/cpu.max", at);
        if (read_line(name, "", line, sizeof line) && sscanf(line, "%lf %lf", &quota, &period) == 2 && quota > 0 &&
            period > 0 && (least <= 0 || quota / period < least))
            least = quota / period; /* "max 100000" has no number to begin with */
        if (!len)
            break;
    }
    int whole = least < INT_MAX ? (int)least : INT_MAX;
    return whole < least ? whole + 1 : whole;
}

/* Of this process; 0 = not limited. */
static int bandwidth(void)
{
    char line[PATH_MAX];
    if (!read_line("/proc/self/cgroup", "0::/", line, sizeof line))
        return 0;
    return ax_cores_bandwidth("/sys/fs/cgroup", line[4] ? line + 3 : "");
}

int ax_cores_allowed(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set))
        return 1; /* more than CPU_SETSIZE cores, or no such call */
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
    char name[96], line[32];
    snprintf(name, sizeof name, "/sys/devices/system/cpu/cpu%d/topology/%s", cpu, what);
    if (!read_line(name, "", line, sizeof line))
        return -1;
    long value = strtol(line, NULL, 10);
    return value >= 0 && value < INT_MAX ? (int)value : -1;
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
    size_t worth = (size_t)bandwidth() / (size_t)parts;
    if (bandwidth() && count > worth)
        count = worth ? worth : 1;
    CPU_ZERO(&set);
    for (size_t i = first; i < first + count; i++)
        CPU_SET(core[i].cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set))
        return ax_fail(err, AX_EDEVICE, "cannot take the part %s of the cores: %s", text, strerror(errno));
    return AX_OK;
}
