#include "engine/base/bytes.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <unistd.h>

bool ax_bytes_parse(const char *text, uint64_t *bytes)
{
    static const char letters[] = "kmgt";
    char *end;
    if (!isdigit((unsigned char)text[0])) /* no sign, no nan, no blanks before it */
        return false;
    double number = strtod(text, &end), unit = 1;
    while (*end == ' ')
        end++;
    const char *letter = *end ? strchr(letters, tolower((unsigned char)*end)) : NULL;
    if (letter) {
        end++;
        double base = !strcasecmp(end, "b") ? 1000 : 1024;
        if (*end && strcasecmp(end, "b") != 0 && strcasecmp(end, "ib") != 0)
            return false;
        for (const char *l = letters; l <= letter; l++)
            unit *= base;
    } else if (*end && strcasecmp(end, "b") != 0) {
        return false;
    }
    if (!(number * unit <= 0x1p60))
        return false;
    *bytes = (uint64_t)(number * unit);
    return true;
}

/* The number that a file holds; UINT64_MAX when it holds none ("max"). */
static uint64_t limit_in(const char *path)
{
    unsigned long long n;
    FILE *f = fopen(path, "re");
    bool found = f && fscanf(f, "%llu", &n) == 1;
    if (f)
        fclose(f);
    return found ? n : UINT64_MAX;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* A limit applies to all groups below it, so every group from the process's own up to the root counts. */
static uint64_t limit_of_group(const char *mount, char *group, const char *file)
{
    char path[4096];
    uint64_t most = UINT64_MAX;
    for (;;) {
        if ((size_t)snprintf(path, sizeof path, "%s%s/%s", mount, group, file) < sizeof path)
            most = least(most, limit_in(path));
        char *slash = strrchr(group, '/');
        if (!slash)
            return most;
        *slash = '\0';
    }
}

/* Lines of /proc/self/cgroup: "0::/GROUP" (v2), "5:memory:/GROUP" (v1). */
static uint64_t limit_of_groups(void)
{
    char line[2048];
    uint64_t most = UINT64_MAX;
    FILE *f = fopen("/proc/self/cgroup", "re");
    while (f && fgets(line, sizeof line, f)) {
        char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group)
            continue;
        *group++ = '\0';
        group[strcspn(group, "\n")] = '\0';
        if (!strcmp(controllers, ":"))
            most = least(most, limit_of_group("/sys/fs/cgroup", group, "memory.max"));
        else if (!strcmp(controllers, ":memory"))
            most = least(most, limit_of_group("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes"));
    }
    if (f)
        fclose(f);
    return most;
}

uint64_t ax_bytes_allowed(void)
{
    struct rlimit r;
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    uint64_t most = pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : UINT64_MAX;
    if (!getrlimit(RLIMIT_AS, &r) && r.rlim_cur != RLIM_INFINITY)
        most = least(most, r.rlim_cur);
    return least(most, limit_of_groups());
}

uint64_t ax_bytes_peak(void)
{
    char line[256];
    unsigned long long kb = 0;
    FILE *f = fopen("/proc/self/status", "re");
    while (f && fgets(line, sizeof line, f) && sscanf(line, "VmHWM: %llu", &kb) != 1)
        ;
    if (f)
        fclose(f);
    return kb * 1024;
}

void ax_bytes_reset_peak(void)
{
    int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && write(fd, "5", 1) < 0) {
        /* without a reset, the peak since the start */
    }
    if (fd >= 0)
        close(fd);
}
