#include "engine/worker/devices.h"

#include "engine/backend/list.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a process that asked the driver found. */
typedef struct found {
    uint64_t there, usable; /* bit N: cuda:N */
    char why[200];          /* of the first that can't be used, or why there is none */
} found;
enum { ASK_MS = 60000 };

static _Noreturn void list_usable(int fd)
{
    ax_device_row rows[AX_DEVICES];
    found f = { 0 };
    size_t n = ax_device_list(rows);
    for (size_t i = 0; i < n; i++) {
        if (strncmp(rows[i].name, "cuda", 4))
            continue;
        bool usable = !rows[i].info.unusable[0];
        uint64_t bit = rows[i].name[4] == ':' ? (uint64_t)1 << (strtoul(rows[i].name + 5, NULL, 10) & 63) : 0;
        f.there |= bit;
        f.usable |= usable ? bit : 0;
        if (!usable && !f.why[0])
            snprintf(f.why, sizeof f.why, "%s", rows[i].info.unusable);
    }
    _exit(write(fd, &f, sizeof f) != (ssize_t)sizeof f);
}

/* The driver is asked by a process of its own: the coordinator keeps no driver in memory, and outlives what crashes or
   hangs in there. */
static ax_code ask(found *f, ax_err *err)
{
    int pair[2];
    if (pipe(pair))
        return ax_fail(err, AX_EIO, "cannot make a pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0)
        list_usable(pair[1]);
    int why = errno;
    close(pair[1]);
    struct pollfd p = { .fd = pair[0], .events = POLLIN };
    bool got = pid > 0 && poll(&p, 1, ASK_MS) > 0 && read(pair[0], f, sizeof *f) == (ssize_t)sizeof *f;
    close(pair[0]);
    if (pid < 0)
        return ax_fail(err, AX_EIO, "cannot ask for devices: %s", strerror(why));
    if (!got)
        kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
    return got ? AX_OK : ax_fail(err, AX_EDEVICE, "the CUDA driver crashed or hung when it was asked for devices");
}

/* The usable ones of those that are wanted (bit N: cuda:N), or of all when that is 0. */
static ax_code take_usable(const char *setting, uint64_t wanted, ax_worker_devices *d, ax_err *err)
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
            return ax_fail(err, AX_EDEVICE, "device '%.80s': cuda:%u: %s", setting, i, f.why);
        if (usable && (!wanted || (wanted >> i & 1)))
            snprintf(d->name[d->n++], sizeof *d->name, "cuda:%u", i);
    }
    return d->n ? AX_OK : ax_fail(err, AX_EDEVICE, "device '%.80s': %s", setting, f.why[0] ? f.why : "there is none");
}

ax_code ax_worker_devices_of(const char *setting, ax_worker_devices *out, ax_err *err)
{
    uint64_t seen = 0;
    *out = (ax_worker_devices) { 0 };
    if (!strcmp(setting, "cuda:all"))
        return take_usable(setting, 0, out, err);
    if (strncmp(setting, "cuda:", 5) || !strchr(setting, ',')) {
        out->n = 1;
        snprintf(out->name[0], sizeof *out->name, "%s", setting);
        return AX_OK;
    }
    for (const char *at = setting + 4; *at;) {
        char *end = NULL;
        unsigned long index = at[1] >= '0' && at[1] <= '9' ? strtoul(at + 1, &end, 10) : AX_WORKER_DEVICES;
        if (index >= AX_WORKER_DEVICES || (*end && *end != ',') || seen >> index & 1)
            return ax_fail(err, AX_EINVAL, "device '%.80s': not a list of different numbers below %d, as in cuda:0,2",
                           setting, AX_WORKER_DEVICES);
        seen |= (uint64_t)1 << index;
        at = end;
    }
    return take_usable(setting, seen, out, err);
}

uint64_t ax_worker_devices_bit(const ax_worker_devices *d, size_t i)
{
    return strncmp(d->name[i], "cuda:", 5) ? 0 : (uint64_t)1 << (strtoul(d->name[i] + 5, NULL, 10) & 63);
}

ax_code ax_worker_devices_repeat(ax_worker_devices *d, int64_t workers, ax_err *err)
{
    if (workers == 1)
        return AX_OK;
    if (!strncmp(d->name[0], "cuda", 4))
        return ax_fail(err, AX_EINVAL,
                       "workers = %lld: only on the CPU; a CUDA device has one, a list of them one each",
                       (long long)workers);
    for (; d->n < (size_t)workers && d->n < AX_WORKER_DEVICES; d->n++)
        memcpy(d->name[d->n], d->name[0], sizeof *d->name);
    return AX_OK;
}
