#include "engine/base/cpuquota.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Matches whole words: "cpu" is in "rw,cpu,cpuacct", but not in "rw,cpuset". */
static bool has_word(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (; list; list = strchr(list, ',') ? strchr(list, ',') + 1 : NULL)
        if (!strncmp(list, word, n) && (list[n] == ',' || list[n] == '\0'))
            return true;
    return false;
}

/* The kernel writes blanks and other special characters in names as octal escapes, like \040. */
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
    char top[PATH_MAX];    /* mount point */
    char at[2 * PATH_MAX]; /* directory of our group: top, or below it */
} hierarchy;

/* Finds the directory of group `path`. A container may see only a part of the hierarchy, mounted as if it were all of
   it: groups outside can't be read, and our own group is the mount point. */
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

/* Reads the first n numbers of a file of the group at `dir`; false when it has fewer ("max 100000" begins with
   none). */
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

/* The smallest limit, in cores, of the groups from h->at up to h->top; 0 = none. */
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
        /* Version 1 writes -1 for no limit. */
        if (limited && quota > 0 && period > 0 && (least <= 0 || quota / period < least))
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
    while (f && getline(&line, &cap, f) >= 0) { /* NUMBER:CONTROLLER,...:PATH; version 2 names no controllers */
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
