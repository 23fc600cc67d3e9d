/* A whole log: read and served past any damage, settled, and then complete. */
#include "engine/wire/eventlog.h"
#include "tests/fuzz/fuzz.h"

typedef struct seen {
    uint64_t seq, n;
} seen;

static void see(void *context, const ax_event *ev)
{
    seen *s = context;
    if (ev->seq <= s->seq)
        abort();
    s->seq = ev->seq;
    s->n++;
}

/* The result must not depend on the pieces. */
static ax_damage read_it(const uint8_t *data, size_t size, size_t piece, seen *s)
{
    ax_eventreader *r = ax_eventreader_new(NULL);
    if (!r)
        abort();
    for (size_t at = 0; at < size; at += piece) {
        if (ax_eventreader_feed(r, data + at, piece < size - at ? piece : size - at, NULL) != AX_OK)
            abort();
        ax_eventreader_take(r, false, see, s);
    }
    ax_eventreader_take(r, true, see, s);
    ax_damage d = ax_eventreader_damage(r);
    ax_eventreader_free(r);
    if (d.end + d.tail != size || d.bytes > d.end || (d.places && d.offset > size) || d.events > d.bytes ||
        s->seq > d.seq)
        abort();
    return d;
}

static void serve(const uint8_t *data, size_t size)
{
    ax_log_place place = { .offset = 0 };
    for (uint64_t from = 1; from != place.offset;) {
        from = place.offset;
        if (from > size)
            abort();
        ax_records_take(data + from, size - from, UINT64_MAX, &place);
    }
}

static void settle(const char *dir, const uint8_t *data, size_t size, uint64_t seq)
{
    ax_settled settled;
    ax_damage d;
    seen s = { .n = 0 };
    fuzz_put(dir, "log", data, size);
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ax_eventlog *log = ax_eventlog_open(fd, "log", false, NULL);
    ax_event ev = { .kind = AX_EVENT_BYE };
    if (!log || ax_eventlog_settle(log, seq, &settled, NULL) != AX_OK || ax_eventlog_seq(log) != seq ||
        ax_eventlog_append(log, &ev, NULL) != AX_OK)
        abort();
    ax_eventlog_close(log);
    if (ax_eventlog_read(fd, "log", see, &s, &d, NULL) != AX_OK || !ax_damage_none(&d) || d.tail || s.seq != seq + 1)
        abort();
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char dir[FUZZ_PATH];
    if (!dir[0])
        fuzz_folder(dir);
    if (!size)
        return 0;
    seen s = { .n = 0 }, t = { .n = 0 };
    ax_damage d = read_it(data + 1, size - 1, size, &s);
    read_it(data + 1, size - 1, 1 + data[0], &t);
    if (s.n != t.n || s.seq != t.seq)
        abort();
    serve(data + 1, size - 1);
    if (data[0] >= 192) /* only sometimes, since it waits for the disk */
        settle(dir, data + 1, size - 1, d.seq + data[0] % 4 > 2 ? d.seq + data[0] % 4 - 2 : 0);
    return 0;
}
