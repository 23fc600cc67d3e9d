/* A log of 64 KiB, cut at every byte and with every single bit flipped: the records before the damage are read, the
   offset is that of the damaged record, and a log opened so is appended to and opened again, twice. A reader is put at
   the record in question, so that each case costs one record and not the log. */
#include "engine/base/file.h"
#include "engine/base/rng.h"
#include "engine/wire/eventlog_internal.h"
#include "tests/helper/events.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

enum { BYTES = 1 << 16, MOST = 4096, AHEAD = AX_RECORD_MAX + 64 };

/* Sanitizers make a case ten times as long: there every 7th bit. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { STEP = 7 };
#else
enum { STEP = 1 };
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
    ax_eventlog *log = ax_eventlog_open(p->fd, "log", NULL, NULL);
    assert_non_null(log);
    ax_rng rng = ax_rng_new(1, 64);
    struct stat st = { 0 };
    while (st.st_size < BYTES) {
        ax_event ev;
        ax_test_event(&ev, (ax_event_kind)ax_rng_below(&rng, AX_EVENT_COUNT), (int)ax_rng_below(&rng, AX_TEST_FILLS));
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

/* Reads n bytes from record k on; how many records are good. The reader's buffer is used again and again. */
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

/* Opens the log, appends, opens it again, appends again; all that was good and both new events are there. */
static void go_on(const place *p, size_t k, uint64_t torn)
{
    char name[64];
    for (size_t i = 0; i < 3; i++) {
        uint64_t cut = 0;
        ax_err err = { AX_OK, "" };
        ax_eventlog *log = ax_eventlog_open(p->fd, "log", &cut, &err);
        assert_non_null(log);
        assert_int_equal(ax_eventlog_seq(log), k + i);
        assert_int_equal(cut, i ? 0 : torn);
        ax_event ev;
        ax_test_event(&ev, AX_EVENT_NOTED, (int)i);
        if (i < 2)
            assert_int_equal(ax_eventlog_append(log, &ev, &err), AX_OK);
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
        go_on(p, k, n - p->start[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_at_every_byte),
        cmocka_unit_test(every_bit_flipped),
        cmocka_unit_test(opened_and_appended_to_twice),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
