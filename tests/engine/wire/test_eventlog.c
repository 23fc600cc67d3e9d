#include "engine/base/file.h"
#include "engine/wire/eventlog.h"
#include "tests/helper/events.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { EVENTS = 6 };

typedef struct place {
    char dir[32];
    int fd;
    char *bytes;               /* of a good log */
    size_t n, end[EVENTS + 1]; /* end[i]: bytes of the first i records */
} place;

static ax_event nth(int i)
{
    ax_event ev;
    ax_test_event(&ev, (ax_event_kind)(i % AX_EVENT_COUNT), 5);
    return ev;
}

static void write_bytes(const place *p, const char *name, const void *bytes, size_t n)
{
    int fd = openat(p->fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ax_write_all(fd, bytes, n, name, NULL), AX_OK);
    close(fd);
}

static int set_up(void **state)
{
    place *p = calloc(1, sizeof *p);
    *state = p;
    snprintf(p->dir, sizeof p->dir, "/tmp/ax-log-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    p->fd = open(p->dir, O_RDONLY | O_DIRECTORY);
    ax_err err;
    ax_eventlog *log = ax_eventlog_open(p->fd, "good", NULL, &err);
    assert_non_null(log);
    for (int i = 0; i < EVENTS; i++) {
        ax_event ev = nth(i);
        struct stat st;
        assert_int_equal(ax_eventlog_append(log, &ev, &err), AX_OK);
        assert_int_equal(ev.seq, i + 1);
        fstatat(p->fd, "good", &st, 0);
        p->end[i + 1] = (size_t)st.st_size;
    }
    assert_int_equal(ax_eventlog_sync(log, &err), AX_OK);
    ax_eventlog_close(log);
    assert_int_equal(ax_file_read(p->fd, "good", 1 << 20, &p->bytes, &p->n, &err), AX_OK);
    return 0;
}

static int tear_down(void **state)
{
    place *p = *state;
    char command[64];
    close(p->fd);
    snprintf(command, sizeof command, "rm -r '%s'", p->dir);
    assert_int_equal(system(command), 0);
    free(p->bytes);
    free(p);
    return 0;
}

typedef struct collected {
    int n;
    ax_event ev[EVENTS + 4];
} collected;

static void collect(void *context, const ax_event *ev)
{
    collected *c = context;
    assert_true(c->n < EVENTS + 4);
    c->ev[c->n++] = *ev;
}

static collected read_back(const place *p, const char *name)
{
    collected c = { .n = 0 };
    ax_err err;
    assert_int_equal(ax_eventlog_read(p->fd, name, collect, &c, &err), AX_OK);
    for (int i = 0; i < c.n; i++) {
        ax_event want = nth(i);
        want.seq = (uint64_t)i + 1;
        assert_memory_equal(&c.ev[i], &want, sizeof want);
    }
    return c;
}

static int whole_records(const place *p, size_t n)
{
    int i = 0;
    while (i < EVENTS && p->end[i + 1] <= n)
        i++;
    return i;
}

static void cut_anywhere_the_rest_is_there(void **state)
{
    place *p = *state;
    for (size_t cut = 0; cut <= p->n; cut++) {
        write_bytes(p, "cut", p->bytes, cut);
        assert_int_equal(read_back(p, "cut").n, whole_records(p, cut));
    }
}

/* What Optuna's journal gets wrong: a record appended to a torn one. */
static void append_after_a_torn_tail(void **state)
{
    place *p = *state;
    ax_err err;
    for (size_t cut = 0; cut <= p->n; cut += cut < p->end[1] ? 1 : 13) {
        int whole = whole_records(p, cut);
        uint64_t torn = 0;
        write_bytes(p, "torn", p->bytes, cut);
        ax_eventlog *log = ax_eventlog_open(p->fd, "torn", &torn, &err);
        assert_non_null(log);
        assert_int_equal(torn, cut - p->end[whole]);
        assert_int_equal(ax_eventlog_seq(log), whole);
        for (int i = whole; i < EVENTS; i++) {
            ax_event ev = nth(i);
            assert_int_equal(ax_eventlog_append(log, &ev, &err), AX_OK);
        }
        assert_int_equal(ax_eventlog_sync(log, &err), AX_OK);
        ax_eventlog_close(log);
        char *bytes, name[64];
        size_t n;
        assert_int_equal(ax_file_read(p->fd, "torn", 1 << 20, &bytes, &n, &err), AX_OK);
        assert_int_equal(n, p->n);
        assert_memory_equal(bytes, p->bytes, n);
        free(bytes);
        snprintf(name, sizeof name, "torn.torn-%zu", p->end[whole]);
        if (torn) { /* nothing is thrown away */
            assert_int_equal(ax_file_read(p->fd, name, 1 << 20, &bytes, &n, &err), AX_OK);
            assert_int_equal(n, torn);
            assert_memory_equal(bytes, p->bytes + p->end[whole], n);
            free(bytes);
        }
        unlinkat(p->fd, name, 0);
    }
}

static void every_flipped_bit_is_seen(void **state)
{
    place *p = *state;
    for (size_t at = 0; at < p->n; at += at < p->end[2] ? 1 : 3)
        for (int bit = 0; bit < 8; bit++) {
            p->bytes[at] ^= (char)(1 << bit);
            ax_eventreader *r = ax_eventreader_new(NULL);
            ax_event ev;
            ax_err err;
            int n = 0, got;
            assert_int_equal(ax_eventreader_feed(r, p->bytes, p->n, NULL), AX_OK);
            while ((got = ax_eventreader_next(r, &ev, &err)) > 0)
                n++;
            assert_int_equal(n, whole_records(p, at)); /* up to the record with the flipped bit, no further */
            assert_int_equal(ax_eventreader_offset(r), p->end[n]);
            assert_int_equal(ax_eventreader_seq(r), n);
            ax_eventreader_free(r);
            p->bytes[at] ^= (char)(1 << bit);
        }
}

/* The checksum is chained: records of the same log in another order, left out or doubled are damage. */
static void records_out_of_place_are_seen(void **state)
{
    place *p = *state;
    size_t first = p->end[1], second = p->end[2] - first;
    char *other = malloc(p->n + first);
    memcpy(other, p->bytes, first);
    memcpy(other + first, p->bytes, p->n); /* the first one twice */
    write_bytes(p, "twice", other, p->n + first);
    assert_int_equal(read_back(p, "twice").n, 1);
    write_bytes(p, "without", p->bytes + first, p->n - first);
    assert_int_equal(read_back(p, "without").n, 0);
    memcpy(other, p->bytes, first);
    memcpy(other + first, p->bytes + first + second, p->n - first - second);
    write_bytes(p, "gap", other, p->n - second);
    assert_int_equal(read_back(p, "gap").n, 1);
    free(other);
}

static void fed_in_pieces_of_any_size(void **state)
{
    place *p = *state;
    for (size_t piece = 1; piece < 40; piece++) {
        ax_eventreader *r = ax_eventreader_new(NULL);
        ax_event ev;
        int n = 0;
        for (size_t at = 0; at < p->n; at += piece) {
            assert_int_equal(ax_eventreader_feed(r, p->bytes + at, piece < p->n - at ? piece : p->n - at, NULL), AX_OK);
            int got;
            while ((got = ax_eventreader_next(r, &ev, NULL)) > 0)
                n++;
            assert_int_equal(got, 0);
        }
        assert_int_equal(n, EVENTS);
        ax_eventreader_free(r);
    }
}

static void truncate_goes_back_in_time(void **state)
{
    place *p = *state;
    ax_err err;
    for (int keep = EVENTS; keep >= 0; keep--) {
        write_bytes(p, "cut", p->bytes, p->n);
        ax_eventlog *log = ax_eventlog_open(p->fd, "cut", NULL, &err);
        assert_int_equal(ax_eventlog_truncate(log, (uint64_t)keep, &err), AX_OK);
        assert_int_equal(ax_eventlog_seq(log), keep);
        ax_event ev = nth(keep);
        assert_int_equal(ax_eventlog_append(log, &ev, &err), AX_OK);
        ax_eventlog_close(log);
        assert_int_equal(read_back(p, "cut").n, keep + 1);
    }
}

static void what_is_no_log_is_left_alone(void **state)
{
    place *p = *state;
    ax_err err;
    assert_int_equal(symlinkat("good", p->fd, "link"), 0);
    assert_null(ax_eventlog_open(p->fd, "link", NULL, &err));
    assert_int_equal(err.code, AX_EIO);
    collected c = { .n = 0 };
    assert_int_equal(ax_eventlog_read(p->fd, "nothing", collect, &c, &err), AX_EIO);
    assert_string_equal(err.msg, "nothing: cannot open: No such file or directory");
}

/* A full disk: /dev/full takes no byte. */
static void after_a_failed_write_all_fail(void **state)
{
    place *p = *state;
    ax_err err;
    ax_event ev = nth(0);
    int dev = open("/dev", O_RDONLY | O_DIRECTORY);
    ax_eventlog *log = ax_eventlog_open(dev, "full", NULL, &err);
    if (!log) {
        close(dev);
        skip(); /* not a device that can be opened like a log here */
    }
    assert_int_equal(ax_eventlog_append(log, &ev, &err), AX_EIO);
    assert_int_equal(ax_eventlog_append(log, &ev, &err), AX_EIO);
    assert_string_equal(err.msg, "full: an earlier write failed");
    assert_int_equal(ax_eventlog_sync(log, &err), AX_EIO);
    ax_eventlog_close(log);
    close(dev);
    (void)p;
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(cut_anywhere_the_rest_is_there), TEST(append_after_a_torn_tail),      TEST(every_flipped_bit_is_seen),
        TEST(records_out_of_place_are_seen),  TEST(fed_in_pieces_of_any_size),     TEST(truncate_goes_back_in_time),
        TEST(what_is_no_log_is_left_alone),   TEST(after_a_failed_write_all_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
