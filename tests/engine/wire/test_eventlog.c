#include "engine/base/file.h"
#include "engine/wire/eventlog.h"
#include "tests/helper/events.h"
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EVENTS = 6 };

typedef struct place {
    int fd;
    char *bytes;               /* of an undamaged log */
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
    assert_int_equal(ax_tempdir_make(NULL), 0);
    p->fd = open(ax_tempdir, O_RDONLY | O_DIRECTORY);
    ax_err err;
    ax_eventlog *log = ax_eventlog_open(p->fd, "good", true, &err);
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
    close(p->fd);
    free(p->bytes);
    free(p);
    return ax_tempdir_remove(NULL);
}

typedef struct collected {
    int n;
    ax_event ev[EVENTS + 4];
    ax_damage damage;
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
    assert_int_equal(ax_eventlog_read(p->fd, name, collect, &c, &c.damage, &err), AX_OK);
    for (int i = 0; i < c.n; i++) {
        ax_event want = nth((int)c.ev[i].seq - 1);
        want.seq = c.ev[i].seq;
        assert_memory_equal(&c.ev[i], &want, sizeof want);
        assert_true(i == 0 || want.seq > c.ev[i - 1].seq);
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
        collected c = read_back(p, "cut");
        int whole = whole_records(p, cut);
        assert_int_equal(c.n, whole);
        assert_true(ax_damage_none(&c.damage)); /* as after a crash */
        assert_int_equal(c.damage.tail, cut - p->end[whole]);
        assert_int_equal(c.damage.seq, whole);
        assert_int_equal(c.damage.end, p->end[whole]);
    }
}

/* A mistake of Optuna's journal: appending a record after a torn one. */
static void append_after_a_torn_tail(void **state)
{
    place *p = *state;
    ax_err err;
    for (size_t cut = 0; cut <= p->n; cut += cut < p->end[1] ? 1 : 13) {
        int whole = whole_records(p, cut);
        uint64_t torn = cut - p->end[whole];
        ax_settled settled;
        struct stat st;
        write_bytes(p, "torn", p->bytes, cut);
        ax_eventlog *log = ax_eventlog_open(p->fd, "torn", true, &err);
        assert_non_null(log);
        assert_int_equal(ax_eventlog_seq(log), whole);
        fstatat(p->fd, "torn", &st, 0);
        assert_int_equal(st.st_size, cut); /* nothing is changed until the expected records are known */
        ax_event early = nth(0);
        assert_int_equal(ax_eventlog_append(log, &early, &err), torn ? AX_EINVAL : AX_OK);
        assert_int_equal(ax_eventlog_settle(log, (uint64_t)whole, &settled, &err), AX_OK);
        assert_int_equal(settled.torn, torn);
        assert_true(ax_damage_none(&settled.lost));
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
        if (torn) { /* no bytes are lost */
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
            assert_int_equal(n, whole_records(p, at)); /* up to the record with the flipped bit */
            assert_int_equal(ax_eventreader_offset(r), p->end[n]);
            assert_int_equal(ax_eventreader_seq(r), n);
            ax_eventreader_free(r);
            p->bytes[at] ^= (char)(1 << bit);
        }
}

static void assert_damage(const ax_damage *d, size_t offset, size_t bytes, int events, int first, int last)
{
    assert_int_equal(d->places, 1);
    assert_int_equal(d->offset, offset);
    assert_int_equal(d->bytes, bytes);
    assert_int_equal(d->events, events);
    assert_int_equal(d->first, first);
    assert_int_equal(d->last, last);
    assert_int_equal(d->tail, 0);
}

/* The checksum is chained: reordered, missing or duplicated records of the same log count as damage. */
static void records_out_of_place_are_seen(void **state)
{
    place *p = *state;
    size_t first = p->end[1], second = p->end[2] - first;
    char *other = malloc(p->n + first);
    memcpy(other, p->bytes, first);
    memcpy(other + first, p->bytes, p->n); /* the first record twice */
    write_bytes(p, "twice", other, p->n + first);
    collected c = read_back(p, "twice");
    assert_int_equal(c.n, EVENTS);
    assert_damage(&c.damage, first, first, 0, 0, 0);
    /* the record after a gap is known to be in place when the next one continues it, but its contents aren't
       verified */
    write_bytes(p, "without", p->bytes + first, p->n - first);
    c = read_back(p, "without");
    assert_int_equal(c.n, EVENTS - 2);
    assert_damage(&c.damage, 0, second, 2, 1, 2);
    memcpy(other, p->bytes, first);
    memcpy(other + first, p->bytes + first + second, p->n - first - second);
    write_bytes(p, "gap", other, p->n - second);
    c = read_back(p, "gap");
    assert_int_equal(c.n, EVENTS - 2);
    assert_damage(&c.damage, first, p->end[3] - p->end[2], 2, 2, 3);
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

static void settling_goes_back_in_time(void **state)
{
    place *p = *state;
    ax_err err;
    for (int keep = EVENTS; keep >= 0; keep--) {
        write_bytes(p, "cut", p->bytes, p->n);
        ax_settled settled;
        ax_eventlog *log = ax_eventlog_open(p->fd, "cut", true, &err);
        assert_int_equal(ax_eventlog_settle(log, (uint64_t)keep, &settled, &err), AX_OK);
        assert_int_equal(settled.torn, 0);
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
    assert_null(ax_eventlog_open(p->fd, "link", true, &err));
    assert_int_equal(err.code, AX_EIO);
    assert_int_equal(mkfifoat(p->fd, "pipe", 0600), 0);
    assert_null(ax_eventlog_open(p->fd, "pipe", true, &err));
    assert_non_null(strstr(err.msg, "not a regular file"));
    assert_null(ax_eventlog_open(p->fd, "nothing", false, &err));
    assert_string_equal(err.msg, "nothing: cannot open: No such file or directory");
    collected c = { .n = 0 };
    assert_int_equal(ax_eventlog_read(p->fd, "nothing", collect, &c, NULL, &err), AX_EIO);
    assert_string_equal(err.msg, "nothing: cannot open: No such file or directory");
    assert_int_equal(ax_eventlog_read(p->fd, "pipe", collect, &c, NULL, &err), AX_EIO);
}

/* As on a full disk: no file may grow. */
static void after_a_failed_write_all_fail(void **state)
{
    const place *p = *state;
    ax_err err;
    ax_event ev = nth(0);
    struct rlimit was, none;
    ax_eventlog *log = ax_eventlog_open(p->fd, "full", true, &err);
    assert_non_null(log);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    none = (struct rlimit) { .rlim_cur = 0, .rlim_max = was.rlim_max };
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    ax_code code = ax_eventlog_append(log, &ev, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    assert_int_equal(code, AX_EIO);
    assert_int_equal(ax_eventlog_append(log, &ev, &err), AX_EIO);
    assert_string_equal(err.msg, "full: an earlier write failed");
    assert_int_equal(ax_eventlog_sync(log, &err), AX_EIO);
    ax_eventlog_close(log);
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(set_up, tear_down, cut_anywhere_the_rest_is_there, append_after_a_torn_tail,
                                every_flipped_bit_is_seen, records_out_of_place_are_seen, fed_in_pieces_of_any_size,
                                settling_goes_back_in_time, what_is_no_log_is_left_alone,
                                after_a_failed_write_all_fail);
}
