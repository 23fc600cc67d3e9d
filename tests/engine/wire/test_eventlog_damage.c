/* A log of 64 KiB, cut at every byte and with every single bit flipped: the records before the damage are read, the
   offset is that of the damaged record, and the opened log is appended to and opened again, twice. A reader starts at
   the record in question, so that each case costs one record and not the log. Then bytes anywhere are overwritten:
   everything that can be verified is read, and a settled log is complete. */
#include "engine/base/file.h"
#include "engine/base/rng.h"
#include "engine/wire/eventlog_internal.h"
#include "tests/helper/events.h"
#include "tests/helper/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BYTES = 1 << 16, MOST = 4096, AHEAD = AX_RECORD_MAX + 64 };

/* A case takes ten times as long under sanitizers: every 7th bit there. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { STEP = 7, MEND_STEP = 601 };
#else
enum { STEP = 1, MEND_STEP = 61 };
#endif

typedef struct place {
    char dir[32];
    int fd;
    char *bytes;
    size_t n, records, start[MOST + 1];
    uint32_t crc[MOST + 1]; /* of the record before */
} place;

static int set_up(void **state)
{
    place *p = calloc(1, sizeof *p);
    *state = p;
    snprintf(p->dir, sizeof p->dir, "/tmp/ax-log-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    p->fd = open(p->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ax_eventlog *log = ax_eventlog_open(p->fd, "log", true, NULL);
    assert_non_null(log);
    ax_rng rng = ax_rng_new(1, 64);
    struct stat st = { 0 };
    while (st.st_size < BYTES) {
        ax_event ev;
        ax_event_kind kind = (ax_event_kind)ax_rng_below(&rng, AX_EVENT_COUNT);
        ax_test_event(&ev, kind == AX_EVENT_LOST ? AX_EVENT_LOG : kind, (int)ax_rng_below(&rng, AX_TEST_FILLS));
        assert_int_equal(ax_eventlog_append(log, &ev, NULL), AX_OK);
        assert_int_equal(fstatat(p->fd, "log", &st, 0), 0);
    }
    ax_eventlog_close(log);
    assert_int_equal(ax_file_read(p->fd, "log", 1 << 20, &p->bytes, &p->n, NULL), AX_OK);
    ax_eventreader *r = ax_eventreader_new(NULL);
    ax_event ev;
    assert_int_equal(ax_eventreader_feed(r, p->bytes, p->n, NULL), AX_OK);
    do {
        assert_true(p->records < MOST);
        p->start[p->records] = r->offset;
        p->crc[p->records++] = r->crc;
    } while (ax_eventreader_next(r, &ev, NULL) > 0);
    assert_int_equal(p->start[--p->records], p->n);
    ax_eventreader_free(r);
    return 0;
}

static int tear_down(void **state)
{
    place *p = *state;
    unlinkat(p->fd, "log", 0);
    close(p->fd);
    assert_int_equal(rmdir(p->dir), 0);
    free(p->bytes);
    free(p);
    return 0;
}

/* Reads n bytes starting at record k; returns how many records are valid. The reader's buffer is reused. */
static size_t good_from(const place *p, ax_eventreader *r, size_t k, const char *bytes, size_t n)
{
    ax_event ev;
    ax_err err = { AX_OK, "" };
    size_t good = 0;
    int got;
    r->messages.at = r->messages.len = 0;
    r->offset = p->start[k];
    r->seq = k;
    r->crc = p->crc[k];
    r->damaged = false;
    assert_int_equal(ax_eventreader_feed(r, bytes, n, NULL), AX_OK);
    while ((got = ax_eventreader_next(r, &ev, &err)) > 0)
        good++;
    assert_int_equal(r->offset, p->start[k + good]);
    assert_int_equal(r->seq, k + good);
    if (got < 0) {
        char want[AX_EVENT_TEXT];
        snprintf(want, sizeof want, "damaged at byte %zu, after event %zu", p->start[k], k);
        assert_string_equal(err.msg, want);
    }
    return good;
}

static void cut_at_every_byte(void **state)
{
    const place *p = *state;
    ax_eventreader *r = ax_eventreader_new(NULL);
    for (size_t k = 0; k < p->records; k++)
        for (size_t cut = p->start[k]; cut <= p->start[k + 1]; cut++)
            assert_int_equal(good_from(p, r, k, p->bytes + p->start[k], cut - p->start[k]), cut == p->start[k + 1]);
    ax_eventreader_free(r);
}

static void every_bit_flipped(void **state)
{
    const place *p = *state;
    ax_eventreader *r = ax_eventreader_new(NULL);
    size_t flips = 0;
    for (size_t k = 0; k < p->records; k++) {
        size_t left = p->n - p->start[k], n = left < AHEAD ? left : AHEAD;
        char *bytes = p->bytes + p->start[k];
        for (size_t bit = 8 * p->start[k] % STEP; bit < 8 * (p->start[k + 1] - p->start[k]); bit += STEP) {
            bytes[bit / 8] ^= (char)(1 << bit % 8);
            assert_int_equal(good_from(p, r, k, bytes, n), 0);
            bytes[bit / 8] ^= (char)(1 << bit % 8);
            flips++;
        }
    }
    assert_true(flips >= 8 * BYTES / STEP - MOST);
    ax_eventreader_free(r);
}

/* A flipped bit anywhere is found and corrected: nothing is lost. */
static void single_bits_are_put_right(void **state)
{
    const place *p = *state;
    ax_eventreader *r = ax_eventreader_new(NULL);
    ax_event ev;
    for (size_t k = 0; k < p->records; k++) {
        size_t left = p->n - p->start[k], n = left < AHEAD ? left : AHEAD;
        char *bytes = p->bytes + p->start[k];
        for (size_t bit = k % MEND_STEP; bit < 8 * (p->start[k + 1] - p->start[k]); bit += MEND_STEP) {
            bytes[bit / 8] ^= (char)(1 << bit % 8);
            assert_int_equal(good_from(p, r, k, bytes, n), 0);
            r->damaged = true; /* half a record at the end of the log may look incomplete rather than damaged */
            r->damage = (ax_damage) { .places = 0 };
            r->tries = 0;
            assert_int_equal(ax_eventreader_resync(r, true), 1);
            assert_int_equal(r->damage.mended, 1);
            assert_int_equal(r->damage.mended_at, p->start[k] + bit / 8);
            assert_int_equal(ax_eventreader_next(r, &ev, NULL), 1);
            assert_int_equal(ev.seq, k + 1);
            bytes[bit / 8] ^= (char)(1 << bit % 8);
        }
    }
    ax_eventreader_free(r);
}

static void append(ax_eventlog *log, int fill)
{
    ax_event ev;
    ax_test_event(&ev, AX_EVENT_NOTED, fill);
    assert_int_equal(ax_eventlog_append(log, &ev, NULL), AX_OK);
}

/* Opens the log, appends, opens it again, appends again; all valid records and both new events are there. */
static void go_on(const place *p, size_t k, uint64_t torn)
{
    char name[64];
    for (size_t i = 0; i < 3; i++) {
        ax_settled settled;
        ax_eventlog *log = ax_eventlog_open(p->fd, "log", true, NULL);
        assert_non_null(log);
        assert_int_equal(ax_eventlog_seq(log), k + i);
        assert_int_equal(ax_eventlog_settle(log, k + i, &settled, NULL), AX_OK);
        assert_int_equal(settled.torn, i ? 0 : torn);
        if (i < 2)
            append(log, (int)i);
        ax_eventlog_close(log);
    }
    snprintf(name, sizeof name, "log.torn-%zu", p->start[k]);
    assert_int_equal(unlinkat(p->fd, name, 0), torn ? 0 : -1);
}

static void opened_and_appended_to_twice(void **state)
{
    place *p = *state;
    ax_rng rng = ax_rng_new(2, 64);
    for (int i = 0; i < 30; i++) {
        size_t at = ax_rng_below(&rng, (uint32_t)p->n), k = 0, n = i % 2 ? at : p->n;
        while (p->start[k + 1] <= at)
            k++;
        char flip = (char)(i % 2 ? 0 : 1 << ax_rng_below(&rng, 8));
        p->bytes[at] ^= flip;
        assert_int_equal(ax_file_replace(p->fd, "log", p->bytes, n, NULL), AX_OK);
        p->bytes[at] ^= flip;
        go_on(p, i % 2 ? k : p->records, i % 2 ? n - p->start[k] : 0);
    }
}

/* ---- overwritten ---- */

typedef struct reading {
    const place *p;
    uint64_t seq; /* of the last event */
    uint64_t n, lost;
} reading;

/* Whatever is read equals what was written. */
static void compare(void *context, const ax_event *ev)
{
    reading *r = context;
    assert_true(ev->seq > r->seq);
    r->seq = ev->seq;
    r->n += ev->kind != AX_EVENT_LOST;
    r->lost += ev->kind == AX_EVENT_LOST;
    if (ev->kind == AX_EVENT_LOST || ev->seq > r->p->records)
        return;
    ax_record record;
    ax_event want;
    bool known;
    size_t k = ev->seq - 1;
    assert_true(
        ax_record_split((const uint8_t *)r->p->bytes + r->p->start[k], r->p->start[k + 1] - r->p->start[k], &record));
    assert_int_equal(ax_event_unpack(record.payload, record.n, &want, &known, NULL), AX_OK);
    want.seq = ev->seq;
    assert_memory_equal(ev, &want, sizeof want);
}

static reading read_log(const place *p, ax_damage *damage)
{
    reading r = { .p = p };
    assert_int_equal(ax_eventlog_read(p->fd, "log", compare, &r, damage, NULL), AX_OK);
    return r;
}

static void remove_kept(const place *p, const ax_damage *d)
{
    char name[64];
    struct stat st;
    snprintf(name, sizeof name, "log.damaged-%llu", (unsigned long long)d->offset);
    assert_int_equal(fstatat(p->fd, name, &st, 0), 0);
    assert_int_equal(st.st_size, d->bytes);
    assert_int_equal(unlinkat(p->fd, name, 0), 0);
}

/* Only the records that contain bytes from..to, and at most one more, are lost; a settled log is complete again, with
   LOST events in their place. */
static void settle_overwritten(place *p, size_t from, size_t to)
{
    size_t first = 0, last = 0;
    while (p->start[first + 1] <= from)
        first++;
    while (last < p->records && p->start[last] < to)
        last++; /* the first one after the damage */
    ax_damage d;
    reading r = read_log(p, &d);
    if (last != p->records - 1) /* the last record is verified only if the damage left the checksum before it */
        assert_int_equal(d.places, last < p->records);
    size_t seq = p->records;
    if (d.places) {
        assert_int_equal(d.offset, p->start[first]);
        assert_int_equal(d.first, first + 1);
        assert_true(d.last >= last && d.last <= last + 1);
        assert_int_equal(d.events, d.last - first);
        assert_int_equal(r.n, p->records - d.events);
    } else { /* the damage reaches the end of the log */
        assert_true(r.n >= first && d.tail <= p->n - p->start[first]);
        ax_damage_until(&d, seq);
        assert_true(d.cut_short);
    }
    ax_settled settled;
    ax_eventlog *log = ax_eventlog_open(p->fd, "log", false, NULL);
    assert_non_null(log);
    assert_int_equal(ax_eventlog_settle(log, seq, &settled, NULL), AX_OK);
    assert_int_equal(settled.lost.events, d.events);
    assert_int_equal(settled.lost.bytes, d.bytes);
    assert_int_equal(settled.lost.offset, d.offset);
    assert_int_equal(settled.torn, 0);
    append(log, 1);
    ax_eventlog_close(log);
    remove_kept(p, &d);
    ax_damage after;
    r = read_log(p, &after);
    assert_true(ax_damage_none(&after) && !after.tail);
    assert_int_equal(r.lost, d.events);
    assert_int_equal(r.seq, p->records + 1);
    assert_int_equal(r.n + r.lost, p->records + 1);
}

/* Where uncorrectable damage begins: a record with a single flipped bit is read all the same. */
static size_t behind_single_bit(const place *p, const char *was, size_t from)
{
    size_t first = 0;
    int bits = 0;
    while (p->start[first + 1] <= from)
        first++;
    for (size_t k = p->start[first]; k < p->start[first + 1]; k++)
        bits += __builtin_popcount((unsigned char)(was[k] ^ p->bytes[k]));
    return bits == 1 && first + 1 < p->records ? p->start[first + 1] : from;
}

static void overwritten_anywhere(void **state)
{
    place *p = *state;
    ax_rng rng = ax_rng_new(3, 64);
    for (int i = 0; i < 200; i++) {
        size_t from = ax_rng_below(&rng, (uint32_t)p->n), n = 2 + ax_rng_below(&rng, i % 2 ? 40 : 4000);
        char *was = malloc(p->n), how = (char)(i % 3 ? 0 : -1);
        assert_non_null(was);
        memcpy(was, p->bytes, p->n);
        size_t to = from + n < p->n ? from + n : p->n;
        for (size_t k = from; k < to; k++) /* every byte changes */
            p->bytes[k] ^= how ? how : (char)(1 + ax_rng_below(&rng, 255));
        assert_int_equal(ax_file_replace(p->fd, "log", p->bytes, p->n, NULL), AX_OK);
        from = behind_single_bit(p, was, from);
        memcpy(p->bytes, was, p->n);
        free(was);
        settle_overwritten(p, from, to);
    }
}

int main(void)
{
    return RUN_TESTS_WITHIN(set_up, tear_down, cut_at_every_byte, every_bit_flipped, single_bits_are_put_right,
                            opened_and_appended_to_twice, overwritten_anywhere);
}
