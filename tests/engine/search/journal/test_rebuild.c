/* With candidates.mpk damaged and events.mpk intact nothing is lost. */
#include "engine/search/search_internal.h"
#include "engine/search/journal/snapshot.h"
#include "engine/wire/eventlog.h"
#include "tests/helper/searching.h"
#include "tests/helper/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char events[] = "events.mpk";

typedef struct bench {
    searching t;
    char path[32];
    int fd;
    ax_settledfile settled;
    ax_eventlog *log;
    size_t logged;
} bench;

static int set_up(void **state)
{
    bench *b = calloc(1, sizeof *b);
    ax_err err = { AX_OK, "" };
    snprintf(b->path, sizeof b->path, "/tmp/ax-rebuild-XXXXXX");
    assert_non_null(mkdtemp(b->path));
    b->fd = open(b->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ax_settledfile_init(&b->settled, b->fd);
    b->log = ax_eventlog_open(b->fd, events, true, &err);
    assert_non_null(b->log);
    searching_init(&b->t, 30, "reinforce");
    b->t.latency_ms = 8.25;
    ax_search_hello(b->t.search, false, 1);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = { AX_SNAPSHOT_NAME, AX_SNAPSHOT_PREVIOUS, AX_SETTLEDFILE_NAME,
                                         AX_SETTLEDFILE_ASIDE, events };
    bench *b = *state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlinkat(b->fd, names[i], 0);
    ax_eventlog_close(b->log);
    ax_settledfile_release(&b->settled);
    close(b->fd);
    assert_int_equal(rmdir(b->path), 0);
    searching_release(&b->t);
    free(b);
    return 0;
}

/* Saves in the coordinator's order: the events first. */
static void save(bench *b)
{
    ax_err err = { AX_OK, "" };
    for (; b->logged < b->t.n; b->logged++)
        assert_int_equal(ax_eventlog_append(b->log, &b->t.event[b->logged], &err), AX_OK);
    assert_int_equal(ax_snapshot_save(b->t.search, &b->settled, ax_eventlog_seq(b->log), NULL, &err), AX_OK);
}

static ax_search *load(const bench *b, ax_settledfile *settled, ax_err *err)
{
    uint64_t seq;
    *err = (ax_err) { AX_OK, "" };
    ax_settledfile_init(settled, b->fd);
    return ax_snapshot_load(settled, AX_SNAPSHOT_NAME, &b->t.setup, &seq, err);
}

static void pack(const ax_search *s, char **bytes, size_t *n)
{
    assert_int_equal(ax_snapshot_pack(s, 1, bytes, n, NULL), AX_OK);
}

/* Clears what the events don't record about settled candidates and nothing needs. */
static void forget_what_is_not_said(ax_search *s)
{
    for (uint32_t i = 0; i < s->n_entries; i++) {
        ax_entry *r = &s->entry[i];
        if (!ax_entry_settled(r))
            continue;
        r->place = 0;
        for (int d = 0; d < AX_MAX_DECISIONS; d++)
            r->proposal.logp_each[d] = (float)r->proposal.logp_each[d];
    }
}

static void damage(const bench *b, int how)
{
    struct stat st;
    int fd = openat(b->fd, AX_SETTLEDFILE_NAME, O_RDWR | O_CLOEXEC);
    assert_int_equal(fstat(fd, &st), 0);
    char byte;
    assert_int_equal(pread(fd, &byte, 1, st.st_size / 3), 1);
    byte ^= 1;
    if (how == 0)
        assert_int_equal(pwrite(fd, &byte, 1, st.st_size / 3), 1);
    else if (how == 1)
        assert_int_equal(ftruncate(fd, st.st_size / 2), 0);
    else
        assert_int_equal(unlinkat(b->fd, AX_SETTLEDFILE_NAME, 0), 0);
    close(fd);
}

/* Compares the search with the one that is rebuilt when its file is damaged: they must be the same. The engine goes on
   with the second. */
static void damage_and_go_on(bench *b, int how)
{
    ax_settledfile settled;
    ax_err err;
    char *want, *got;
    size_t n_want, n_got;
    ax_search *whole = load(b, &settled, &err);
    assert_string_equal(err.msg, "");
    assert_string_equal(settled.bad, "");
    forget_what_is_not_said(whole);
    pack(whole, &want, &n_want);
    damage(b, how);
    ax_search *anew = load(b, &settled, &err);
    assert_string_equal(err.msg, "");
    assert_non_null(strstr(settled.bad, "candidates.mpk: damaged"));
    pack(anew, &got, &n_got);
    assert_int_equal(n_got, n_want);
    assert_memory_equal(got, want, n_got);
    assert_int_equal(ax_search_count(anew), ax_search_count(whole));
    ax_search_free(whole);
    ax_search_free(b->t.search);
    b->t.search = anew;
    ax_settledfile_release(&b->settled);
    b->settled = settled;
    free(want);
    free(got);
}

static void step(bench *b, int k)
{
    ax_search *s = b->t.search;
    uint32_t id = (uint32_t)k / 4 + 1;
    ax_err err = { AX_OK, "" };
    ax_outcome o = { .reward = 0.3,
                     .miou = 0.3,
                     .fwiou = 0.4,
                     .accuracy = 0.5,
                     .loss = 1.25,
                     .seconds = 3.5,
                     .peak_bytes = 54321,
                     .stage = 1,
                     .batch = 4,
                     .latency_ms = 7.5 };
    ax_search_set_time(s, 1000 + 4 * k);
    ax_search_tick(s);
    switch (k % 8) {
    case 0:
        searching_take(&b->t);
        searching_score(&b->t, 0.2 + 0.01 * k);
        break;
    case 1:
        searching_do(&b->t, k % 16 == 1 ? AX_VERB_PIN : AX_VERB_PROMOTE, id, NULL, NULL);
        break;
    case 2:
        searching_do(&b->t, AX_VERB_PRUNE, id, NULL, NULL);
        break;
    case 3:
        if (k % 16 == 3)
            searching_do(&b->t, AX_VERB_UNDO, 0, NULL, NULL);
        break;
    case 4: /* two stages */
        if (searching_take(&b->t)) {
            bool on;
            ax_search_stage1(s, 0, &o);
            assert_true(ax_search_verdict(s, 0, &on));
            o.stage = on ? 2 : 1;
            o.reward += on ? 0.1 : 0;
            assert_int_equal(ax_search_outcome(s, 0, &o, &err), AX_OK);
            assert_int_equal(ax_search_catch_up(s, &err), AX_OK);
        }
        break;
    case 5:
        if (searching_take(&b->t)) {
            searching_do(&b->t, AX_VERB_PROMOTE, ax_search_running(s, 0), NULL, NULL);
            ax_search_failed(s, 0, k % 16 == 5 ? AX_CAUSE_CRASHED : AX_CAUSE_DIVERGED, "why not");
        }
        break;
    case 6:
        searching_do(&b->t, AX_VERB_SUBMIT, 0, "arch0", NULL);
        break;
    default:
        searching_do(&b->t, k % 16 == 7 ? AX_VERB_PAUSE : AX_VERB_CONTINUE, ax_search_running(s, 0) + 3, NULL, NULL);
        break;
    }
}

/* Candidates are settled in every way, and after each step the file is damaged in one of the ways. */
static void made_anew_from_the_events(void **state)
{
    bench *b = *state;
    for (int k = 0; k < 44; k++) {
        step(b, k);
        save(b);
        if (b->settled.bytes)
            damage_and_go_on(b, k % 3);
    }
    uint32_t seen[256] = { 0 }, reused = 0, full = 0, tried_again = 0;
    for (uint32_t i = 0; i < b->t.search->n_entries; i++) {
        const ax_entry *r = &b->t.search->entry[i];
        seen[(uint8_t)r->status] += ax_entry_settled(r);
        reused += r->reused != 0;
        full += ax_entry_is_full(r) && r->status == AX_DONE;
        tried_again += r->crashes != 0;
    }
    assert_true(seen[AX_DONE] > 5 && seen[AX_PRUNED] > 1 && seen[AX_FAILED] > 1);
    assert_true(reused > 0 && full > 0 && tried_again > 0);
}

static void nine_steps(bench *b)
{
    for (int k = 0; k < 9; k++)
        step(b, k);
    save(b);
}

/* The next snapshot writes the whole file again and keeps the damaged one. */
static void the_next_snapshot_is_whole(void **state)
{
    bench *b = *state;
    ax_settledfile settled;
    ax_err err;
    nine_steps(b);
    uint64_t before = b->settled.bytes;
    damage_and_go_on(b, 0);
    save(b);
    assert_true(b->settled.bytes > before / 2);
    assert_int_equal(faccessat(b->fd, AX_SETTLEDFILE_ASIDE, F_OK, 0), 0);
    ax_search *s = load(b, &settled, &err);
    assert_string_equal(err.msg, "");
    assert_string_equal(settled.bad, "");
    ax_search_free(s);
    ax_settledfile_release(&settled);
}

static int truncate_events(const bench *b)
{
    struct stat st;
    int fd = openat(b->fd, events, O_RDWR | O_CLOEXEC);
    int failed = fstat(fd, &st) || ftruncate(fd, st.st_size / 2);
    close(fd);
    return failed;
}

/* Without the events there is an error that names both files. */
static void events_are_missing(void **state)
{
    bench *b = *state;
    ax_settledfile settled;
    ax_err err;
    nine_steps(b);
    damage(b, 0);
    assert_int_equal(truncate_events(b), 0);
    assert_null(load(b, &settled, &err));
    assert_int_equal(err.code, AX_EFORMAT);
    assert_non_null(strstr(err.msg, "candidates.mpk: damaged"));
    assert_non_null(strstr(err.msg, "events.mpk: it can't replace it: events are missing"));
    assert_int_not_equal(faccessat(b->fd, AX_SETTLEDFILE_ASIDE, F_OK, 0), 0);
    unlinkat(b->fd, events, 0);
    assert_null(load(b, &settled, &err));
    assert_int_equal(err.code, AX_EFORMAT);
    assert_non_null(strstr(err.msg, "events.mpk: "));
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(set_up, tear_down, made_anew_from_the_events, the_next_snapshot_is_whole,
                                events_are_missing);
}
