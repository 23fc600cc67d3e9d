/* Reads the event log, whole or as its bytes arrive. */
#include "engine/base/file.h"
#include "engine/wire/eventlog_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MEND_MOST = 256 }; /* most places where a flipped bit is searched for: each may take some milliseconds */

ax_eventreader *ax_eventreader_new(ax_err *err)
{
    ax_eventreader *r = ax_new(sizeof *r, "an event reader", err);
    if (!r)
        return NULL;
    ax_messages_init(&r->messages, AX_RECORD_MAX);
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

/* The record that begins `at` bytes behind the bytes that were read. */
static int look(const ax_eventreader *r, size_t at, ax_record *record, size_t *n)
{
    /* NULL + 0 is undefined in C. */
    const uint8_t *from = r->messages.buf ? r->messages.buf + r->messages.at + at : NULL;
    return ax_record_look(from, r->messages.len - r->messages.at - at, record, n);
}

/* Moves on by `bytes` bytes; the next record continues record seq. */
static void go_on(ax_eventreader *r, uint64_t bytes, uint64_t seq, uint32_t crc)
{
    r->offset += bytes;
    r->seq = seq;
    r->crc = crc;
}

int ax_eventreader_record(ax_eventreader *r, ax_record *record, ax_event *ev, bool *known)
{
    size_t n;
    int got = r->damaged ? -1 : look(r, 0, record, &n);
    if (got == 0)
        return 0;
    if (got < 0 || !ax_record_follows(record, r->seq, r->crc) ||
        ax_event_unpack(record->payload, record->n, ev, known, NULL) != AX_OK) {
        r->damaged = true;
        return -1;
    }
    r->messages.at += n;
    go_on(r, n, record->seq, record->crc);
    ev->seq = record->seq;
    return 1;
}

int ax_eventreader_next(ax_eventreader *r, ax_event *ev, ax_err *err)
{
    ax_record record;
    bool known = false;
    int got = 1;
    while (got > 0 && !known)
        got = ax_eventreader_record(r, &record, ev, &known);
    if (got < 0)
        ax_fail(err, AX_EFORMAT, "damaged at byte %llu, after event %llu", (unsigned long long)r->offset,
                (unsigned long long)r->seq);
    return got;
}

/* ---- damage ---- */

ax_damage ax_eventreader_damage(const ax_eventreader *r)
{
    ax_damage d = r->damage;
    d.seq = r->seq;
    d.end = r->offset;
    d.tail = r->skipped;
    return d;
}

static int mended(ax_eventreader *r, size_t at)
{
    if (!r->damage.mended++)
        r->damage.mended_at = r->offset + at;
    r->damaged = false;
    return 1;
}

/* Skips the examined bytes and n more; the next record continues record seq. */
static int found(ax_eventreader *r, size_t n, uint64_t seq, uint32_t crc)
{
    ax_damage *d = &r->damage;
    if (!d->places++)
        d->offset = r->offset;
    if (seq > r->seq) {
        if (!d->events)
            d->first = r->seq + 1;
        d->last = seq;
        d->events += seq - r->seq;
    }
    d->bytes += r->skipped + n;
    r->messages.at += n;
    go_on(r, r->skipped + n, seq, crc);
    r->skipped = 0;
    r->damaged = false;
    return 1;
}

static void skip(ax_eventreader *r, size_t n)
{
    r->messages.at += n;
    r->skipped += n;
}

int ax_eventreader_resync(ax_eventreader *r, bool end)
{
    ax_messages *m = &r->messages;
    size_t at, n, next;
    if (!r->skipped) {
        size_t left = m->len - m->at;
        if (left <= AX_RECORD_MAX && !end)
            return 0;
        if (r->tries++ < MEND_MOST && left && ax_record_mend(m->buf + m->at, left, r->seq, r->crc, &at))
            return mended(r, at);
    }
    while (m->at < m->len) {
        const uint8_t *from = m->buf + m->at, *start = memchr(from, AX_RECORD_START, m->len - m->at);
        skip(r, start ? (size_t)(start - from) : m->len - m->at);
        if (!start)
            break;
        ax_record x, y;
        int got = look(r, 0, &x, &n);
        /* skipped bytes are not part of the log; at the damage itself they have been refused already */
        if (got > 0 && r->skipped && ax_record_follows(&x, r->seq, r->crc))
            return found(r, 0, r->seq, r->crc);
        /* a lost record takes at least one byte, so this number is impossible */
        if (got > 0 && x.seq > r->seq && x.seq - r->seq <= r->skipped + n) {
            got = look(r, n, &y, &next);
            if (got > 0 && ax_record_follows(&y, x.seq, x.crc))
                return found(r, n, x.seq, x.crc);
        }
        if (got == 0 && !end)
            return 0;
        skip(r, 1);
    }
    return 0;
}

uint64_t ax_eventreader_offset(const ax_eventreader *r)
{
    return r->offset;
}

uint64_t ax_eventreader_seq(const ax_eventreader *r)
{
    return r->seq;
}

typedef bool take_record(void *context, const ax_record *record, const ax_event *ev, bool known);

/* Passes on all events in the buffer; false when sink returned false. */
static bool take_all(ax_eventreader *r, bool end, take_record *sink, void *context)
{
    for (;;) {
        ax_record record;
        ax_event ev;
        bool known;
        int got = ax_eventreader_record(r, &record, &ev, &known);
        if (got > 0 && sink && !sink(context, &record, &ev, known))
            return false;
        if (got == 0 && end && r->messages.at < r->messages.len)
            r->damaged = true; /* a partial record at the end, or one whose head claims too great a length */
        else if (got == 0)
            return true;
        if (r->damaged && !ax_eventreader_resync(r, end))
            return true;
    }
}

typedef struct plain_sink {
    void (*sink)(void *context, const ax_event *ev);
    void *context;
} plain_sink;

static bool forward(void *context, const ax_record *record, const ax_event *ev, bool known)
{
    plain_sink *p = context;
    (void)record;
    if (known)
        p->sink(p->context, ev);
    return true;
}

void ax_eventreader_take(ax_eventreader *r, bool end, void (*sink)(void *context, const ax_event *ev), void *context)
{
    plain_sink p = { sink, context };
    take_all(r, end, forward, &p);
}

ax_code ax_eventreader_drain(int fd, const char *name, ax_eventreader *r, take_record *sink, void *context, ax_err *err)
{
    static const size_t block = 1 << 16;
    char *buf = malloc(block);
    ax_code code = buf ? AX_OK : ax_fail(err, AX_ENOMEM, "%s: no memory", name);
    bool more = true, end = false;
    while (code == AX_OK && more && !end) {
        ssize_t n = read(fd, buf, block);
        if (n < 0 && errno == EINTR)
            continue;
        end = n == 0;
        if (n < 0)
            code = ax_fail(err, AX_EIO, "%s: cannot read: %s", name, strerror(errno));
        else if (n > 0)
            code = ax_eventreader_feed(r, buf, (size_t)n, err);
        if (code == AX_OK)
            more = take_all(r, end, sink, context);
    }
    free(buf);
    return code;
}

ax_code ax_eventlog_read(int dirfd, const char *name, void (*sink)(void *context, const ax_event *ev), void *context,
                         ax_damage *damage, ax_err *err)
{
    int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return ax_fail(err, AX_EIO, "%s: cannot open: %s", name, strerror(errno));
    if (ax_file_check(fd, name, err) != AX_OK) {
        close(fd);
        return AX_EIO;
    }
    ax_eventreader *r = ax_eventreader_new(err);
    plain_sink p = { sink, context };
    ax_code code = r ? ax_eventreader_drain(fd, name, r, forward, &p, err) : AX_ENOMEM;
    if (r && damage)
        *damage = ax_eventreader_damage(r);
    ax_eventreader_free(r);
    close(fd);
    return code;
}
