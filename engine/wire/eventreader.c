/* Reading the event log, whole or as its bytes come. */
#include "engine/base/crc32c.h"
#include "engine/base/file.h"
#include "engine/base/msgread.h"
#include "engine/wire/eventlog_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

uint32_t ax_record_crc(uint32_t previous, uint64_t seq, const uint8_t *payload, size_t n)
{
    uint8_t head[12];
    for (int i = 0; i < 4; i++)
        head[i] = (uint8_t)(previous >> (8 * i));
    for (int i = 0; i < 8; i++)
        head[4 + i] = (uint8_t)(seq >> (8 * i));
    return ax_crc32c(ax_crc32c(0, head, sizeof head), payload, n);
}

ax_eventreader *ax_eventreader_new(ax_err *err)
{
    ax_eventreader *r = calloc(1, sizeof *r);
    if (!r) {
        ax_fail(err, AX_ENOMEM, "no memory for an event reader");
        return NULL;
    }
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
            record.crc != ax_record_crc(r->crc, record.seq, record.payload, record.n) ||
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

ax_code ax_eventreader_drain(int fd, const char *name, ax_eventreader *r,
                             bool (*sink)(void *context, const ax_event *ev), void *context, ax_err *err)
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
    ax_eventreader_free(r);
    close(fd);
    return code;
}
