#include "engine/base/cpuquota.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "cpu" is in "rw,cpu,cpuacct", but not in "rw,cpuset". */
static bool has_word(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (; list; list = strchr(list, ',') ? strchr(list, ',') + 1 : NULL)
        if (!strncmp(list, word, n) && (list[n] == ',' || list[n] == '\0'))
            return true;
    return false;
}

/* The kernel writes blanks and the like in names as \040. */
static void unescape(char *s)
{
    char *to = s;
    for (; *s; s++) {
        unsigned c;
        int digits;
        if (*s == '\\' && sscanf(s + 1, "%3o%n", &c, &digits) == 1) {
            *to++ = (char)c;
            s += digits;
        } else {
            *to++ = *s;
        }
    }
    *to = '\0';
}

typedef struct hierarchy {
    bool v2;
    char top[PATH_MAX];    /* where it is mounted */
    char at[2 * PATH_MAX]; /* where our group is, in top or below it */
} hierarchy;

/* Finds `path` of a hierarchy in the file system. A container may see less than the whole, mounted as if it were all:
   what is outside it can't be read, and our own group is what is mounted. */
static bool find_mount(const char *mountinfo, const char *path, hierarchy *h)
{
    FILE *f = fopen(mountinfo, "re");
    char *line = NULL;
    size_t cap = 0;
    bool found = false;
    while (f && !found && getline(&line, &cap, f) >= 0) {
        char root[PATH_MAX], type[32], options[256];
        const char *rest = strstr(line, " - ");
        if (!rest || sscanf(line, "%*s %*s %*s %4095s %4095s", root, h->top) != 2 ||
            sscanf(rest, " - %31s %*s %255s", type, options) != 2)
            continue;
        found = h->v2 ? !strcmp(type, "cgroup2") : !strcmp(type, "cgroup") && has_word(options, "cpu");
        if (!found)
            continue;
        unescape(root);
        unescape(h->top);
        size_t n = strcmp(root, "/") ? strlen(root) : 0;
        bool below = !strncmp(path, root, n) && (path[n] == '/' || path[n] == '\0') && strcmp(path, "/");
        snprintf(h->at, sizeof h->at, "%s%s", h->top, below ? path + n : "");
    }
    free(line);
    if (f)
        fclose(f);
    return found;
}

/* The first numbers of a file of the group at `dir`; false: it has fewer ("max 100000" has none to begin with). */
static bool read_numbers(const char *dir, const char *name, double *a, double *b)
{
    char path[2 * PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "re");
    bool ok = f && fscanf(f, "%lf", a) == 1 && (!b || fscanf(f, "%lf", b) == 1);
    if (f)
        fclose(f);
    return ok;
}

/* The least share of a core in the groups from h->at up to h->top; 0 = not limited. */
static double least_of(hierarchy *h)
{
    double least = 0, quota, period;
    size_t stop = strlen(h->top);
    for (size_t len = strlen(h->at);; len--) {
        if (len > stop && h->at[len] != '/' && h->at[len] != '\0')
            continue;
        h->at[len] = '\0';
        bool limited = h->v2 ? read_numbers(h->at, "cpu.max", &quota, &period)
                             : read_numbers(h->at, "cpu.cfs_quota_us", &quota, NULL) &&
                                   read_numbers(h->at, "cpu.cfs_period_us", &period, NULL);
        if (limited && quota > 0 && period > 0 && (least <= 0 || quota / period < least)) /* -1: none in version 1 */
            least = quota / period;
        if (len <= stop)
            return least;
    }
}

int ax_cpu_quota(const char *cgroup, const char *mountinfo)
{
    FILE *f = fopen(cgroup, "re");
    char *line = NULL;
    size_t cap = 0;
    double least = 0;
    while (f && getline(&line, &cap, f) >= 0) { /* NUMBER:CONTROLLER,...:PATH, without controllers in version 2 */
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':'), *path = controllers ? strchr(++controllers, ':') : NULL;
        if (!path)
            continue;
        *path++ = '\0';
        hierarchy h = { .v2 = !*controllers };
        if (strlen(path) >= PATH_MAX || (!h.v2 && !has_word(controllers, "cpu")) || !find_mount(mountinfo, path, &h))
            continue;
        double worth = least_of(&h);
        if (worth > 0 && (least <= 0 || worth < least))
            least = worth;
    }
    free(line);
    if (f)
        fclose(f);
    int whole = least < INT_MAX ? (int)least : INT_MAX;
    return whole < least ? whole + 1 : whole;
}
