/* Writing the event log. */
#include "engine/base/file.h"
#include "engine/base/pack.h"
#include "engine/wire/eventlog_internal.h"
#include "engine/wire/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOCK_SECONDS = 1 }; /* a killed engine lets go of its files one after the other */

struct ax_eventlog {
    int dirfd, fd;
    char name[64];
    uint64_t seq, offset;
    uint32_t crc;
    bool broken; /* a write or sync failed: what is on disk is not known any more */
};

/* Writes bytes from..to of the log into a new file and syncs it; its descriptor, or -1. */
static int copy(const ax_eventlog *log, uint64_t from, uint64_t to, const char *name, ax_err *err)
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

static ax_code copy_tail(const ax_eventlog *log, uint64_t from, uint64_t to, ax_err *err)
{
    char name[128];
    snprintf(name, sizeof name, "%s.torn-%llu", log->name, (unsigned long long)from);
    int fd = copy(log, from, to, name, err);
    if (fd < 0)
        return AX_EIO;
    close(fd);
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
    int fd = copy(log, 0, log->offset, tmp, err), why;
    if (fd < 0)
        return AX_EIO;
    ax_code code = AX_OK;
    if ((why = ax_lock_take(fd, 0)))
        code = ax_fail(err, AX_EIO, "%s: cannot lock: %s", tmp, strerror(why));
    else if (renameat(log->dirfd, log->name, log->dirfd, other) && errno != ENOENT)
        code = ax_fail(err, AX_EIO, "%s: cannot rename to %s: %s", log->name, other, strerror(errno));
    else if (renameat(log->dirfd, tmp, log->dirfd, log->name) || fsync(log->dirfd))
        code = ax_fail(err, AX_EIO, "%s: cannot rename into place: %s", log->name, strerror(errno));
    if (code != AX_OK) {
        unlinkat(log->dirfd, tmp, 0);
        close(fd);
        return code;
    }
    close(log->fd);
    log->fd = fd;
    return AX_OK;
}

/* Cuts the file at offset and syncs it, so that nothing of a torn record can come back. */
static ax_code cut_at(ax_eventlog *log, uint64_t offset, ax_err *err)
{
    if (ftruncate(log->fd, (off_t)offset) || fsync(log->fd) || lseek(log->fd, (off_t)offset, SEEK_SET) < 0)
        return ax_fail(err, AX_EIO, "%s: cannot cut at byte %llu: %s", log->name, (unsigned long long)offset,
                       strerror(errno));
    log->offset = offset;
    return AX_OK;
}

static ax_code recover(ax_eventlog *log, uint64_t *cut, ax_err *err)
{
    ax_eventreader *r = ax_eventreader_new(err);
    if (!r)
        return AX_ENOMEM;
    ax_code code = ax_eventreader_drain(log->fd, log->name, r, NULL, NULL, err);
    log->seq = r->seq;
    log->crc = r->crc;
    log->offset = r->offset;
    ax_eventreader_free(r);
    off_t end = lseek(log->fd, 0, SEEK_END);
    if (code == AX_OK && end < 0)
        code = ax_fail(err, AX_EIO, "%s: cannot seek: %s", log->name, strerror(errno));
    if (code == AX_OK && (uint64_t)end > log->offset) {
        if (cut)
            *cut = (uint64_t)end - log->offset;
        code = copy_tail(log, log->offset, (uint64_t)end, err);
        if (code == AX_OK)
            code = cut_at(log, log->offset, err);
    }
    return code;
}

ax_eventlog *ax_eventlog_open(int dirfd, const char *name, uint64_t *cut, ax_err *err)
{
    if (cut)
        *cut = 0;
    ax_eventlog *log = calloc(1, sizeof *log);
    if (!log) {
        ax_fail(err, AX_ENOMEM, "no memory for an event log");
        return NULL;
    }
    int why;
    log->dirfd = dirfd;
    snprintf(log->name, sizeof log->name, "%s", name);
    log->fd = openat(dirfd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    ax_code code = log->fd < 0 ? ax_fail(err, AX_EIO, "%s: cannot open: %s", name, strerror(errno))
                               : ax_file_check(log->fd, name, err);
    if (code == AX_OK && (why = ax_lock_take(log->fd, LOCK_SECONDS)))
        code = ax_fail(err, why == EAGAIN ? AX_EBUSY : AX_EIO, "%s: %s", name,
                       why == EAGAIN ? "in use by another engine" : strerror(why));
    if (code == AX_OK && fsync(dirfd))
        code = ax_fail(err, AX_EIO, "%s: cannot sync its directory: %s", name, strerror(errno));
    if (code == AX_OK && recover(log, cut, err) == AX_OK)
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

static size_t pack_record(uint64_t seq, uint32_t crc, const uint8_t *payload, size_t n, uint8_t *buf, size_t cap)
{
    ax_fixed out = { .buf = buf, .cap = cap };
    msgpack_packer pk;
    msgpack_packer_init(&pk, &out, ax_fixed_write);
    msgpack_pack_array(&pk, 3);
    msgpack_pack_uint64(&pk, seq);
    msgpack_pack_uint32(&pk, crc);
    msgpack_pack_bin(&pk, n);
    msgpack_pack_bin_body(&pk, payload, n);
    return out.full ? 0 : out.len;
}

ax_code ax_eventlog_append(ax_eventlog *log, ax_event *ev, ax_err *err)
{
    uint8_t payload[AX_EVENT_MAX_BYTES], record[AX_RECORD_MAX];
    if (log->broken)
        return ax_fail(err, AX_EIO, "%s: an earlier write failed", log->name);
    size_t n = ax_event_pack(ev, payload, sizeof payload);
    uint32_t crc = ax_record_crc(log->crc, log->seq + 1, payload, n);
    size_t bytes = n ? pack_record(log->seq + 1, crc, payload, n, record, sizeof record) : 0;
    if (!bytes)
        return ax_fail(err, AX_EINVAL, "%s: an event larger than %d bytes", log->name, AX_EVENT_MAX_BYTES);
    if (ax_write_all(log->fd, record, bytes, log->name, err) != AX_OK) {
        log->broken = true;
        return AX_EIO;
    }
    log->crc = crc;
    log->offset += bytes;
    ev->seq = ++log->seq;
    return AX_OK;
}

ax_code ax_eventlog_sync(ax_eventlog *log, ax_err *err)
{
    if (log->broken)
        return ax_fail(err, AX_EIO, "%s: an earlier write failed", log->name);
    if (!fdatasync(log->fd))
        return AX_OK;
    log->broken = true; /* the kernel may have dropped the pages: trying again would lie */
    return ax_fail(err, AX_EIO, "%s: cannot sync: %s", log->name, strerror(errno));
}

uint64_t ax_eventlog_seq(const ax_eventlog *log)
{
    return log->seq;
}

typedef struct until {
    uint64_t seq;
} until;

static bool before(void *context, const ax_event *ev)
{
    return ev->seq < ((const until *)context)->seq;
}

ax_code ax_eventlog_truncate(ax_eventlog *log, uint64_t seq, ax_err *err)
{
    if (seq >= log->seq)
        return AX_OK;
    ax_eventreader *r = ax_eventreader_new(err);
    if (!r)
        return AX_ENOMEM;
    until u = { seq };
    ax_code code = lseek(log->fd, 0, SEEK_SET) < 0 ? ax_fail(err, AX_EIO, "%s: cannot seek", log->name) : AX_OK;
    if (code == AX_OK && seq)
        code = ax_eventreader_drain(log->fd, log->name, r, before, &u, err);
    if (code == AX_OK && r->seq != seq)
        code = ax_fail(err, AX_EFORMAT, "%s: has no event %llu", log->name, (unsigned long long)seq);
    if (code == AX_OK) {
        log->seq = r->seq;
        log->crc = r->crc;
        code = cut_at(log, r->offset, err);
    }
    ax_eventreader_free(r);
    return code;
}
