/* Writing the event log. */
#include "engine/base/file.h"
#include "engine/wire/eventlog_internal.h"
#include "engine/wire/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOCK_SECONDS = 1 }; /* a killed engine releases its files one after the other */

/* ---- opening ---- */

static ax_code scan(ax_eventlog *log, ax_err *err)
{
    ax_eventreader *r = ax_eventreader_new(err);
    if (!r)
        return AX_ENOMEM;
    ax_code code = ax_eventreader_drain(log->fd, log->name, r, NULL, NULL, err);
    log->seq = r->seq;
    log->crc = r->crc;
    log->offset = r->offset;
    log->found = ax_eventreader_damage(r);
    ax_eventreader_free(r);
    return code;
}

ax_eventlog *ax_eventlog_open(int dirfd, const char *name, bool create, ax_err *err)
{
    ax_eventlog *log = ax_new(sizeof *log, "an event log", err);
    if (!log)
        return NULL;
    int why;
    log->dirfd = dirfd;
    snprintf(log->name, sizeof log->name, "%s", name);
    log->fd = openat(dirfd, name, O_RDWR | (create ? O_CREAT : 0) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    ax_code code = log->fd < 0 ? ax_fail(err, AX_EIO, "%s: cannot open: %s", name, strerror(errno))
                               : ax_file_check(log->fd, name, err);
    if (code == AX_OK && (why = ax_lock_take(log->fd, LOCK_SECONDS)))
        code = ax_fail(err, why == EAGAIN ? AX_EBUSY : AX_EIO, "%s: %s", name,
                       why == EAGAIN ? "in use by another engine" : strerror(why));
    if (code == AX_OK && fsync(dirfd))
        code = ax_fail(err, AX_EIO, "%s: cannot sync its directory: %s", name, strerror(errno));
    if (code == AX_OK && scan(log, err) == AX_OK)
        return log;
    ax_eventlog_close(log);
    return NULL;
}

void ax_eventlog_close(ax_eventlog *log)
{
    if (!log)
        return;
    if (log->fd >= 0)
        close(log->fd);
    free(log);
}

ax_damage ax_eventlog_damage(const ax_eventlog *log, uint64_t seq)
{
    ax_damage d = log->found;
    ax_damage_until(&d, seq);
    return d;
}

/* ---- writing ---- */

ax_code ax_eventlog_put(ax_eventlog *log, const uint8_t *payload, size_t n, ax_err *err)
{
    uint8_t record[AX_RECORD_MAX];
    if (log->broken)
        return ax_fail(err, AX_EIO, "%s: an earlier write failed", log->name);
    uint32_t crc = ax_record_crc(log->crc, log->seq + 1, payload, n);
    size_t bytes = n ? ax_record_pack(log->seq + 1, crc, payload, n, record, sizeof record) : 0;
    if (!bytes)
        return ax_fail(err, AX_EINVAL, "%s: an event larger than %d bytes", log->name, AX_EVENT_MAX_BYTES);
    if (ax_write_at(log->fd, record, bytes, log->offset, log->name, err) != AX_OK) {
        log->broken = true;
        return AX_EIO;
    }
    log->crc = crc;
    log->offset += bytes;
    log->seq++;
    return AX_OK;
}

ax_code ax_eventlog_append(ax_eventlog *log, ax_event *ev, ax_err *err)
{
    uint8_t payload[AX_EVENT_MAX_BYTES];
    if (!ax_damage_none(&log->found) || log->found.tail)
        return ax_fail(err, AX_EINVAL, "%s: damaged, and what is lost hasn't been settled", log->name);
    ax_code code = ax_eventlog_put(log, payload, ax_event_pack(ev, payload, sizeof payload), err);
    if (code == AX_OK)
        ev->seq = log->seq;
    return code;
}

ax_code ax_eventlog_sync(ax_eventlog *log, ax_err *err)
{
    if (log->broken)
        return ax_fail(err, AX_EIO, "%s: an earlier write failed", log->name);
    if (!fdatasync(log->fd))
        return AX_OK;
    log->broken = true; /* the kernel may have dropped the pages, so a retry could succeed falsely */
    return ax_fail(err, AX_EIO, "%s: cannot sync: %s", log->name, strerror(errno));
}

uint64_t ax_eventlog_seq(const ax_eventlog *log)
{
    return log->seq;
}

/* ---- replacing the file of this name ---- */

int ax_eventlog_copy(const ax_eventlog *log, uint64_t from, uint64_t to, const char *name, ax_err *err)
{
    char buf[1 << 14];
    int fd = openat(log->dirfd, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        ax_fail(err, AX_EIO, "%s: cannot create: %s", name, strerror(errno));
        return -1;
    }
    ax_code code = AX_OK;
    while (from < to && code == AX_OK) {
        ssize_t n = pread(log->fd, buf, to - from < sizeof buf ? (size_t)(to - from) : sizeof buf, (off_t)from);
        if (n <= 0)
            code = ax_fail(err, AX_EIO, "%s: cannot read: %s", log->name, strerror(n ? errno : EIO));
        else
            code = ax_write_all(fd, buf, (size_t)n, name, err);
        from += n > 0 ? (uint64_t)n : 0;
    }
    if (code == AX_OK && fsync(fd))
        code = ax_fail(err, AX_EIO, "%s: cannot sync: %s", name, strerror(errno));
    if (code == AX_OK)
        return fd;
    close(fd);
    return -1;
}

ax_code ax_eventlog_adopt(ax_eventlog *log, int fd, const char *tmp, ax_err *err)
{
    int why = ax_lock_take(fd, 0);
    ax_code code = AX_OK;
    if (why)
        code = ax_fail(err, AX_EIO, "%s: cannot lock: %s", tmp, strerror(why));
    else if (renameat(log->dirfd, tmp, log->dirfd, log->name))
        code = ax_fail(err, AX_EIO, "%s: cannot rename into place: %s", log->name, strerror(errno));
    else if (fsync(log->dirfd))
        code = ax_fail(err, AX_EIO, "%s: cannot sync its directory: %s", log->name, strerror(errno));
    if (code != AX_OK) {
        unlinkat(log->dirfd, tmp, 0);
        close(fd);
        return code;
    }
    close(log->fd);
    log->fd = fd;
    return AX_OK;
}

int ax_eventlog_named(const ax_eventlog *log)
{
    return ax_lock_names(log->dirfd, log->name, log->fd);
}

ax_code ax_eventlog_restore(ax_eventlog *log, ax_err *err)
{
    char tmp[80], other[80];
    snprintf(tmp, sizeof tmp, "%s.tmp", log->name);
    snprintf(other, sizeof other, "%s.replaced", log->name);
    if (log->broken)
        return ax_fail(err, AX_EIO, "%s: an earlier write failed", log->name);
    if (renameat(log->dirfd, log->name, log->dirfd, other) && errno != ENOENT)
        return ax_fail(err, AX_EIO, "%s: cannot rename to %s: %s", log->name, other, strerror(errno));
    int fd = ax_eventlog_copy(log, 0, log->offset, tmp, err);
    return fd < 0 ? AX_EIO : ax_eventlog_adopt(log, fd, tmp, err);
}
