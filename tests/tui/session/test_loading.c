/* A long history that is read in pieces gives the same state as one that is read at once. */
#include "engine/wire/eventlog.h"
#include "tests/helper/history.h"
#include "tests/helper/suite.h"
#include "tui/session/loading.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct place {
    char path[64];
    int dirfd;
    ax_eventlog *log;
} place;

static void append(void *context, ax_event *ev)
{
    assert_int_equal(ax_eventlog_append(context, ev, NULL), AX_OK);
}

static int set_up(void **state)
{
    place *p = calloc(1, sizeof *p);
    snprintf(p->path, sizeof p->path, "/tmp/auxcell-loading-XXXXXX");
    p->dirfd = mkdtemp(p->path) ? open(p->path, O_RDONLY | O_DIRECTORY) : -1;
    *state = p;
    return p->dirfd < 0;
}

static int tear_down(void **state)
{
    place *p = *state;
    unlinkat(p->dirfd, "events.mpk", 0);
    close(p->dirfd);
    rmdir(p->path);
    free(p);
    return 0;
}

static void write_history(place *p, uint32_t candidates)
{
    ax_err err;
    ax_eventlog *log = ax_eventlog_open(p->dirfd, "events.mpk", true, &err);
    assert_non_null(log);
    ax_history_play(&(ax_history) { .candidates = candidates }, append, log);
    ax_eventlog_close(log);
}

static void fold(void *context, const ax_event *ev)
{
    ax_state_fold(context, ev);
}

static void a_long_history_comes_in_pieces(void **state)
{
    place *p = *state;
    ax_loading l;
    ax_state whole;
    ax_err err;
    int steps = 1;
    double share = 0;
    memset(&l, 0, sizeof l);
    ax_state_init(&whole);
    assert_false(ax_loading_is_old(&l, p->dirfd)); /* there is nothing to read */
    write_history(p, 2000);
    assert_true(ax_loading_is_old(&l, p->dirfd));
    ax_loading_start(&l, p->dirfd);
    assert_true(l.active);
    while (!ax_loading_step(&l, 0)) {                /* one block per step */
        assert_true(l.share > share && l.share < 1); /* scripts begin to play at 1 */
        share = l.share;
        steps++;
    }
    assert_true(steps > 10 && !l.active && l.share == 1);
    assert_int_equal(l.code, AX_OK);
    assert_int_equal(ax_eventlog_read(p->dirfd, "events.mpk", fold, &whole, NULL, &err), AX_OK);
    assert_int_equal(l.state.seq, whole.seq);
    assert_int_equal(l.state.n_candidates, whole.n_candidates);
    assert_int_equal(l.state.best, whole.best);
    assert_int_equal(l.state.n_log, whole.n_log);
    assert_false(ax_loading_is_old(&l, p->dirfd));
    write_history(p, 3);
    assert_true(ax_loading_is_old(&l, p->dirfd));
    ax_loading_start(&l, p->dirfd); /* once more, and stopped in the middle */
    ax_loading_step(&l, 0);
    ax_loading_release(&l);
    ax_state_release(&whole);
}

static void what_cannot_be_read_ends_it(void **state)
{
    place *p = *state;
    ax_loading l;
    memset(&l, 0, sizeof l);
    ax_loading_start(&l, p->dirfd); /* no file yet */
    assert_true(ax_loading_step(&l, INFINITY));
    assert_int_equal(l.code, AX_OK);
    assert_int_equal(l.state.seq, 0);
    assert_int_equal(symlinkat("nowhere", p->dirfd, "events.mpk"), 0);
    ax_loading_start(&l, p->dirfd);
    assert_true(ax_loading_step(&l, INFINITY));
    assert_int_equal(l.code, AX_EIO);
    assert_non_null(strstr(l.err.msg, "events.mpk"));
    assert_false(ax_loading_is_old(&l, p->dirfd)); /* it isn't read again and again */
    ax_loading_release(&l);
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(set_up, tear_down, a_long_history_comes_in_pieces, what_cannot_be_read_ends_it);
}
