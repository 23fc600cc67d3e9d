/* Makes an event log end with a given record and be readable up to there. */
#include "engine/base/file.h"
#include "engine/wire/eventlog_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LOST_MOST = 1 << 22 }; /* one record each: 300 MB */

/* Saves bytes from..to of the log in a separate file. */
static ax_code keep(const ax_eventlog *log, const char *why, uint64_t from, uint64_t to, ax_err *err)
{
    char name[128];
    snprintf(name, sizeof name, "%s.%s-%llu", log->name, why, (unsigned long long)from);
    int fd = ax_eventlog_copy(log, from, to, name, err);
    if (fd < 0)
        return AX_EIO;
    close(fd);
    return AX_OK;
}

/* Saves the bytes behind offset that are no records, before the log is cut there. */
static ax_code keep_torn(const ax_eventlog *log, uint64_t offset, ax_settled *out, ax_err *err)
{
    uint64_t start = log->found.places && log->found.offset >= offset ? log->found.offset : log->offset;
    off_t end = lseek(log->fd, 0, SEEK_END);
    if (end < 0)
        return ax_fail(err, AX_EIO, "%s: cannot seek: %s", log->name, strerror(errno));
    if (start < offset || (uint64_t)end <= start)
        return AX_OK;
    out->torn = (uint64_t)end - start;
    out->torn_start = start;
    return keep(log, "torn", start, (uint64_t)end, err);
}

typedef struct copying {
    const ax_eventlog *log;
    const ax_eventreader *reader;
    ax_eventlog to;           /* the new file */
    uint64_t until;           /* number of its last record */
    uint64_t offset, skipped; /* in the old log: behind the last record; bytes skipped so far */
    double at, clock;         /* times of the last event */
    ax_settled *out;
    ax_code code;
    ax_err *err;
} copying;

/* Writes a LOST record for each unreadable event up to number seq, and saves the bytes that were in their place. */
static void lose(copying *c, uint64_t seq, uint64_t bytes)
{
    ax_damage *d = &c->out->lost;
    uint8_t payload[AX_EVENT_MAX_BYTES];
    uint64_t events = seq - c->to.seq;
    if (!events && !bytes)
        return;
    if (!d->places++)
        d->offset = c->offset;
    if (events && !d->events)
        d->first = c->to.seq + 1;
    d->last = events ? seq : d->last;
    d->events += events;
    d->bytes += bytes;
    if (bytes)
        c->code = keep(c->log, "damaged", c->offset, c->offset + bytes, c->err);
    ax_event ev = { .kind = AX_EVENT_LOST, .at = c->at, .clock = c->clock };
    ev.u.LOST.events = (int64_t)events;
    ev.u.LOST.bytes = (int64_t)bytes;
    ev.u.LOST.offset = (int64_t)c->offset;
    c->offset += bytes;
    while (c->code == AX_OK && c->to.seq < seq) {
        c->code = ax_eventlog_put(&c->to, payload, ax_event_pack(&ev, payload, sizeof payload), c->err);
        ev.u.LOST.events = ev.u.LOST.bytes = ev.u.LOST.offset = 0;
    }
}

static bool copy_record(void *context, const ax_record *record, const ax_event *ev, bool known)
{
    copying *c = context;
    uint64_t before = record->seq - 1 < c->until ? record->seq - 1 : c->until;
    lose(c, before, c->reader->damage.bytes - c->skipped);
    if (c->code != AX_OK || record->seq > c->until)
        return false;
    c->code = ax_eventlog_put(&c->to, record->payload, record->n, c->err);
    c->offset = c->reader->offset;
    c->skipped = c->reader->damage.bytes;
    c->at = known ? ev->at : c->at;
    c->clock = known ? ev->clock : c->clock;
    return c->code == AX_OK && record->seq < c->until;
}

static ax_code write_again(ax_eventlog *log, ax_eventreader *r, uint64_t seq, ax_settled *out, ax_err *err)
{
    char tmp[80];
    snprintf(tmp, sizeof tmp, "%s.tmp", log->name);
    copying c = { .log = log, .reader = r, .until = seq, .out = out, .err = err, .to = { .dirfd = log->dirfd } };
    snprintf(c.to.name, sizeof c.to.name, "%s", log->name);
    c.to.fd = openat(log->dirfd, tmp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (c.to.fd < 0)
        return ax_fail(err, AX_EIO, "%s: cannot create: %s", tmp, strerror(errno));
    if (seq)
        c.code = ax_eventreader_drain(log->fd, log->name, r, copy_record, &c, err) == AX_OK ? c.code : AX_EIO;
    if (c.code == AX_OK && c.to.seq < seq)
        lose(&c, seq, r->damage.bytes - c.skipped + r->skipped);
    else if (c.code == AX_OK)
        c.code = keep_torn(log, c.offset, out, err);
    out->lost.mended = r->damage.mended;
    out->lost.mended_at = r->damage.mended_at;
    if (c.code == AX_OK && fsync(c.to.fd))
        c.code = ax_fail(err, AX_EIO, "%s: cannot sync: %s", tmp, strerror(errno));
    if (c.code != AX_OK) {
        unlinkat(log->dirfd, tmp, 0);
        close(c.to.fd);
        return c.code;
    }
    c.code = ax_eventlog_adopt(log, c.to.fd, tmp, err);
    if (c.code == AX_OK) {
        log->seq = c.to.seq;
        log->crc = c.to.crc;
        log->offset = c.to.offset;
    }
    return c.code;
}

typedef struct until {
    uint64_t seq;
} until;

static bool before(void *context, const ax_record *record, const ax_event *ev, bool known)
{
    (void)ev;
    (void)known;
    return record->seq < ((const until *)context)->seq;
}

/* Cuts the file, which is whole up to record seq, and syncs it, so that nothing behind it can reappear. */
static ax_code cut(ax_eventlog *log, ax_eventreader *r, uint64_t seq, ax_settled *out, ax_err *err)
{
    until u = { seq };
    ax_code code = seq ? ax_eventreader_drain(log->fd, log->name, r, before, &u, err) : AX_OK;
    if (code == AX_OK && r->seq != seq)
        code = ax_fail(err, AX_EIO, "%s: it has changed while it was read", log->name);
    if (code == AX_OK)
        code = keep_torn(log, r->offset, out, err);
    if (code == AX_OK && (ftruncate(log->fd, (off_t)r->offset) || fsync(log->fd)))
        code = ax_fail(err, AX_EIO, "%s: cannot cut at byte %llu: %s", log->name, (unsigned long long)r->offset,
                       strerror(errno));
    if (code == AX_OK) {
        log->seq = r->seq;
        log->crc = r->crc;
        log->offset = r->offset;
    }
    return code;
}

ax_code ax_eventlog_settle(ax_eventlog *log, uint64_t seq, ax_settled *out, ax_err *err)
{
    memset(out, 0, sizeof *out);
    bool whole = ax_damage_none(&log->found) && seq <= log->seq;
    if (whole && seq == log->seq && !log->found.tail)
        return AX_OK;
    if (seq > log->seq && seq - log->seq > LOST_MOST)
        return ax_fail(err, AX_EFORMAT, "%s: %llu events are missing", log->name, (unsigned long long)(seq - log->seq));
    ax_eventreader *r = ax_eventreader_new(err);
    if (!r)
        return AX_ENOMEM;
    ax_code code = AX_OK;
    if (lseek(log->fd, 0, SEEK_SET) < 0)
        code = ax_fail(err, AX_EIO, "%s: cannot seek: %s", log->name, strerror(errno));
    else
        code = whole ? cut(log, r, seq, out, err) : write_again(log, r, seq, out, err);
    ax_eventreader_free(r);
    if (code == AX_OK)
        memset(&log->found, 0, sizeof log->found);
    return code;
}
