#include "engine/worker/devices.h"

#include "engine/backend/list.h"
#include "engine/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Result of a process that queried the driver. */
typedef struct found {
    uint64_t there, usable;           /* bit N: cuda:N */
    char why[AX_WORKER_DEVICES][200]; /* why each can't be used */
    char none[200];                   /* why there is none at all */
} found;
enum { ASK_MS = 60000 };

static _Noreturn void list_usable(int fd)
{
    ax_device_row rows[AX_DEVICES];
    found f = { 0 };
    size_t n = ax_device_list(rows);
    for (size_t i = 0; i < n; i++) {
        const char *why = rows[i].info.unusable;
        unsigned index;
        if (!strcmp(rows[i].name, "cuda"))
            snprintf(f.none, sizeof f.none, "%s", why);
        if (sscanf(rows[i].name, "cuda:%u", &index) != 1 || index >= AX_WORKER_DEVICES)
            continue;
        f.there |= (uint64_t)1 << index;
        f.usable |= (uint64_t)!why[0] << index;
        snprintf(f.why[index], sizeof f.why[index], "%s", why);
    }
    _exit(write(fd, &f, sizeof f) != (ssize_t)sizeof f);
}

/* Reads it completely within ASK_MS: it doesn't fit into one write to a pipe. */
static bool read_found(int fd, found *f)
{
    size_t got = 0;
    double until = ax_clock() + 1e-3 * ASK_MS;
    while (got < sizeof *f) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        double left = until - ax_clock();
        int ready = left > 0 ? poll(&p, 1, (int)(1e3 * left) + 1) : 0;
        ssize_t n = ready > 0 ? read(fd, (char *)f + got, sizeof *f - got) : ready;
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        got += (size_t)n;
    }
    return true;
}

/* A separate process queries the driver, so that the coordinator holds no driver memory and survives a crash or hang in
   it. */
static ax_code ask(found *f, ax_err *err)
{
    int pair[2];
    if (pipe2(pair, O_CLOEXEC))
        return ax_fail(err, AX_EIO, "cannot make a pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0)
        list_usable(pair[1]);
    int why = errno;
    close(pair[1]);
    bool got = pid > 0 && read_found(pair[0], f);
    close(pair[0]);
    if (pid < 0)
        return ax_fail(err, AX_EIO, "cannot ask for devices: %s", strerror(why));
    if (!got)
        kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
    return got ? AX_OK : ax_fail(err, AX_EDEVICE, "the CUDA driver crashed or hung when it was asked for devices");
}

/* The usable ones of those requested (bit N: cuda:N; 0 = all); each times[N] times. */
static ax_code take_usable(const char *setting, uint64_t wanted, const unsigned *times, ax_worker_devices *d,
                           ax_err *err)
{
    found f;
    ax_code code = ask(&f, err);
    if (code != AX_OK)
        return code;
    for (unsigned i = 0; i < AX_WORKER_DEVICES; i++) {
        bool usable = f.usable >> i & 1;
        if (f.there && (wanted >> i & 1) && !(f.there >> i & 1))
            return ax_fail(err, AX_EDEVICE, "device '%.80s': there is no cuda:%u", setting, i);
        if (f.there && (wanted >> i & 1) && !usable)
            return ax_fail(err, AX_EDEVICE, "device '%.80s': cuda:%u: %s", setting, i, f.why[i]);
        bool taken = usable && (!wanted || (wanted >> i & 1));
        for (unsigned k = 0; taken && k < times[i] && d->n < AX_WORKER_DEVICES; k++)
            snprintf(d->name[d->n++], sizeof *d->name, "cuda:%u", i);
    }
    if (d->n)
        return AX_OK;
    unsigned first = 0;
    while (f.there && !(f.there >> first & 1))
        first++;
    if (f.there)
        return ax_fail(err, AX_EDEVICE, "device '%.80s': cuda:%u: %s", setting, first, f.why[first]);
    return ax_fail(err, AX_EDEVICE, "device '%.80s': %s", setting, f.none[0] ? f.none : "there is none");
}

ax_code ax_worker_devices_of(const char *setting, ax_worker_devices *out, ax_err *err)
{
    uint64_t seen = 0;
    unsigned times[AX_WORKER_DEVICES], workers = 0;
    *out = (ax_worker_devices) { 0 };
    for (size_t i = 0; i < AX_WORKER_DEVICES; i++)
        times[i] = 1;
    if (!strcmp(setting, "cuda:all"))
        return take_usable(setting, 0, times, out, err);
    if (strncmp(setting, "cuda:", 5) || !strpbrk(setting, ",*")) {
        out->n = 1;
        snprintf(out->name[0], sizeof *out->name, "%s", setting);
        return ax_device_check_name(setting, err);
    }
    for (const char *at = setting + 4; *at;) {
        char *end = NULL;
        unsigned long index = at[1] >= '0' && at[1] <= '9' ? strtoul(at + 1, &end, 10) : AX_WORKER_DEVICES;
        unsigned long n = 1;
        if (index < AX_WORKER_DEVICES && *end == '*')
            n = end[1] >= '1' && end[1] <= '9' ? strtoul(end + 1, &end, 10) : 0;
        if (index >= AX_WORKER_DEVICES || (*end && *end != ',') || seen >> index & 1 || !n || n > AX_WORKER_DEVICES)
            return ax_fail(err, AX_EINVAL,
                           "device '%.80s': not a list of different numbers below %d, as in cuda:0,2 or cuda:0*4",
                           setting, AX_WORKER_DEVICES);
        times[index] = (unsigned)n;
        workers += (unsigned)n;
        seen |= (uint64_t)1 << index;
        at = end;
    }
    if (workers > AX_WORKER_DEVICES)
        return ax_fail(err, AX_EINVAL, "device '%.80s': %u workers, more than %d", setting, workers, AX_WORKER_DEVICES);
    return take_usable(setting, seen, times, out, err);
}

ax_code ax_worker_devices_check(const char *setting, ax_err *err)
{
    unsigned index = 0, times[AX_WORKER_DEVICES] = { 0 };
    ax_worker_devices unread = { 0 };
    char rest;
    int n = sscanf(setting, "cuda:%u%c", &index, &rest);
    if ((strcmp(setting, "cuda") != 0 && n != 1) || index >= AX_WORKER_DEVICES)
        return AX_OK;
    times[index] = 1;
    return take_usable(setting, (uint64_t)1 << index, times, &unread, err);
}

uint64_t ax_worker_devices_bit(const ax_worker_devices *d, size_t i)
{
    return strncmp(d->name[i], "cuda:", 5) ? 0 : (uint64_t)1 << (strtoul(d->name[i] + 5, NULL, 10) & 63);
}

int64_t ax_worker_devices_sharers(const ax_worker_devices *d, size_t i)
{
    int64_t n = 0;
    for (size_t k = 0; k < d->n; k++)
        n += !strcmp(d->name[k], d->name[i]);
    return n;
}

ax_code ax_worker_devices_repeat(ax_worker_devices *d, int64_t workers, ax_err *err)
{
    if (workers == 1)
        return AX_OK;
    if (!strncmp(d->name[0], "cuda", 4))
        return ax_fail(err, AX_EINVAL,
                       "workers = %lld: only on the CPU; a CUDA device has as many as device says, as in cuda:0*4",
                       (long long)workers);
    for (; d->n < (size_t)workers && d->n < AX_WORKER_DEVICES; d->n++)
        memcpy(d->name[d->n], d->name[0], sizeof *d->name);
    return AX_OK;
}
