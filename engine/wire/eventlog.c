#include "engine/wire/eventlog.h"

#include "engine/base/crc32c.h"
#include "engine/base/file.h"
#include "engine/base/msgread.h"
#include "engine/base/pack.h"
#include "engine/wire/message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RECORD_MAX = AX_EVENT_MAX_BYTES + 32 };

static uint32_t chain(uint32_t previous, uint64_t seq, const uint8_t *payload, size_t n)
{
    uint8_t head[12];
    for (int i = 0; i < 4; i++)
        head[i] = (uint8_t)(previous >> (8 * i));
    for (int i = 0; i < 8; i++)
        head[4 + i] = (uint8_t)(seq >> (8 * i));
    return ax_crc32c(ax_crc32c(0, head, sizeof head), payload, n);
}

/* ---- reading ---- */

struct ax_eventreader {
    ax_messages messages;
    uint64_t offset, seq;
    uint32_t crc;
    bool damaged;
};

ax_eventreader *ax_eventreader_new(ax_err *err)
{
    ax_eventreader *r = calloc(1, sizeof *r);
    if (!r) {
        ax_fail(err, AX_ENOMEM, "no memory for an event reader");
        return NULL;
    }
    ax_messages_init(&r->messages, RECORD_MAX);
    return r;
}

void ax_eventreader_free(ax_eventreader *r)
{
    if (!r)
        return;
    ax_messages_release(&r->messages);
    free(r);
}

ax_code ax_eventreader_feed(ax_eventreader *r, const void *bytes, size_t n, ax_err *err)
{
    return ax_messages_feed(&r->messages, bytes, n, err);
}

bool ax_record_split(const uint8_t *bytes, size_t n, ax_record *out)
{
    ax_msgread r = { bytes, bytes + n };
    uint32_t parts;
    int64_t seq, crc;
    const uint8_t *payload;
    size_t size;
    if (!ax_msgread_array(&r, &parts) || parts != 3 || !ax_msgread_whole(&r, &seq) || seq <= 0 ||
        !ax_msgread_whole(&r, &crc) || crc < 0 || crc > UINT32_MAX || !ax_msgread_bin(&r, &payload, &size) ||
        r.at != r.end)
        return false;
    *out = (ax_record) { (uint64_t)seq, (uint32_t)crc, payload, size };
    return true;
}

static int damaged(ax_eventreader *r, ax_err *err)
{
    r->damaged = true;
    ax_fail(err, AX_EFORMAT, "damaged at byte %llu, after event %llu", (unsigned long long)r->offset,
            (unsigned long long)r->seq);
    return -1;
}

int ax_eventreader_next(ax_eventreader *r, ax_event *ev, ax_err *err)
{
    const uint8_t *bytes;
    size_t n;
    ax_record record;
    bool known = false;
    if (r->damaged)
        return damaged(r, err);
    while (!known) {
        int got = ax_messages_next(&r->messages, &bytes, &n);
        if (got == 0)
            return 0;
        if (got < 0 || !ax_record_split(bytes, n, &record) || record.seq != r->seq + 1 ||
            record.crc != chain(r->crc, record.seq, record.payload, record.n) ||
            ax_event_unpack(record.payload, record.n, ev, &known, NULL) != AX_OK)
            return damaged(r, err);
        r->seq = record.seq;
        r->crc = record.crc;
        r->offset += n;
        ev->seq = record.seq;
    }
    return 1;
}

uint64_t ax_eventreader_offset(const ax_eventreader *r)
{
    return r->offset;
}

uint64_t ax_eventreader_seq(const ax_eventreader *r)
{
    return r->seq;
}

/* Reads fd from its position until it ends or stop says so. */
static ax_code read_all(int fd, const char *name, ax_eventreader *r, bool (*sink)(void *context, const ax_event *ev),
                        void *context, ax_err *err)
{
    static const size_t block = 1 << 16;
    char *buf = malloc(block);
    ax_code code = buf ? AX_OK : ax_fail(err, AX_ENOMEM, "%s: no memory", name);
    bool more = true;
    while (code == AX_OK && more) {
        ssize_t n = read(fd, buf, block);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            code = ax_fail(err, AX_EIO, "%s: cannot read: %s", name, strerror(errno));
        if (n <= 0)
            break;
        code = ax_eventreader_feed(r, buf, (size_t)n, err);
        ax_event ev;
        int got;
        while (code == AX_OK && more && (got = ax_eventreader_next(r, &ev, NULL)) != 0) {
            if (got < 0)
                more = false;
            else if (sink)
                more = sink(context, &ev);
        }
    }
    free(buf);
    return code;
}

typedef struct plain_sink {
    void (*sink)(void *context, const ax_event *ev);
    void *context;
} plain_sink;

static bool forward(void *context, const ax_event *ev)
{
    plain_sink *p = context;
    p->sink(p->context, ev);
    return true;
}

ax_code ax_eventlog_read(int dirfd, const char *name, void (*sink)(void *context, const ax_event *ev), void *context,
                         ax_err *err)
{
    int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return ax_fail(err, AX_EIO, "%s: cannot open: %s", name, strerror(errno));
    ax_eventreader *r = ax_eventreader_new(err);
    plain_sink p = { sink, context };
    ax_code code = r ? read_all(fd, name, r, forward, &p, err) : AX_ENOMEM;
    ax_eventreader_free(r);
    close(fd);
    return code;
}

/* ---- writing ---- */

struct ax_eventlog {
    int dirfd, fd;
    char name[64];
    uint64_t seq, offset;
    uint32_t crc;
    bool broken; /* a write or sync failed: what is on disk is not known any more */
};

static ax_code copy_tail(ax_eventlog *log, uint64_t from, uint64_t to, ax_err *err)
{
    char name[128], buf[4096];
    snprintf(name, sizeof name, "%s.torn-%llu", log->name, (unsigned long long)from);
    int fd = openat(log->dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return ax_fail(err, AX_EIO, "%s: cannot create: %s", name, strerror(errno));
    ax_code code = AX_OK;
    while (from < to && code == AX_OK) {
        ssize_t n = pread(log->fd, buf, sizeof buf, (off_t)from);
        if (n <= 0)
            code = ax_fail(err, AX_EIO, "%s: cannot read: %s", log->name, strerror(n ? errno : EIO));
        else
            code = ax_write_all(fd, buf, (size_t)n, name, err);
        from += n > 0 ? (uint64_t)n : 0;
    }
    if (code == AX_OK && fsync(fd))
        code = ax_fail(err, AX_EIO, "%s: cannot sync: %s", name, strerror(errno));
    close(fd);
    return code;
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
    ax_code code = read_all(log->fd, log->name, r, NULL, NULL, err);
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
    log->dirfd = dirfd;
    snprintf(log->name, sizeof log->name, "%s", name);
    log->fd = openat(dirfd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (log->fd < 0)
        ax_fail(err, AX_EIO, "%s: cannot open: %s", name, strerror(errno));
    else if (fsync(dirfd))
        ax_fail(err, AX_EIO, "%s: cannot sync its directory: %s", name, strerror(errno));
    else if (recover(log, cut, err) == AX_OK)
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
    uint8_t payload[AX_EVENT_MAX_BYTES], record[RECORD_MAX];
    if (log->broken)
        return ax_fail(err, AX_EIO, "%s: an earlier write failed", log->name);
    size_t n = ax_event_pack(ev, payload, sizeof payload);
    uint32_t crc = chain(log->crc, log->seq + 1, payload, n);
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
        code = read_all(log->fd, log->name, r, before, &u, err);
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
