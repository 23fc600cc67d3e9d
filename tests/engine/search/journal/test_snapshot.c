/* Snapshots: a search loaded from one goes on as if uninterrupted, and the files of two snapshots are kept. */
#include "engine/base/crc32c.h"
#include "engine/base/file.h"
#include "engine/search/search_internal.h"
#include "engine/search/journal/snapshot.h"
#include "tests/helper/search_steps.h"
#include "tests/helper/suite.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void a_copy_is_the_same(void **state)
{
    searching u;
    searching *t = searching_begin_busy(state, "ppo");
    searching_copy(t, &u);
    searching_same_state(t->search, u.search);
    searching_release(&u);
}

/* Runs to the end; the reward is a function of the genotype, as with common random numbers. */
static void run_on(searching *t)
{
    searching_forget(t);
    for (size_t before = SIZE_MAX; before != t->n;) { /* until nothing more happens */
        const ax_event *p = NULL;
        before = t->n;
        if (!searching_take(t) && !ax_search_running(t->search, 0))
            continue;
        uint32_t id = ax_search_running(t->search, 0);
        const ax_entry *r = ax_search_touch(t->search, id);
        p = searching_last(t, AX_EVENT_STARTED, 0);
        assert_int_equal(p->id, id);
        double reward = ax_crc32c(0, &r->proposal.genotype, sizeof r->proposal.genotype) / 4294967296.0;
        if (id % 7 == 5)
            ax_search_failed(t->search, 0, AX_CAUSE_DIVERGED, "nan");
        else
            searching_score(t, reward);
    }
}

static void a_copy_has_the_same_future(void **state)
{
    static const char *const names[] = { "ppo", "random" };
    for (size_t k = 0; k < 2; k++) {
        searching u;
        searching *t = searching_begin_busy(state, names[k]);
        searching_copy(t, &u);
        ax_search_hello(u.search, true, 1); /* as after a resume: running candidates are queued again */
        ax_search_hello(t->search, true, 1);
        run_on(t);
        run_on(&u);
        assert_true(t->n > 100);
        size_t reused = 0;
        for (size_t i = 0; i < t->n; i++)
            reused += t->event[i].kind == AX_EVENT_SCORED && t->event[i].u.SCORED.reused;
        assert_int_equal(reused, 1);
        assert_int_equal(t->n, u.n);
        for (size_t i = 0; i < t->n; i++) {
            uint8_t a[AX_EVENT_MAX_BYTES], b[AX_EVENT_MAX_BYTES];
            size_t na = ax_event_pack(&t->event[i], a, sizeof a), nb = ax_event_pack(&u.event[i], b, sizeof b);
            assert_int_equal(na, nb);
            assert_memory_equal(a, b, na);
        }
        searching_release(&u);
    }
}

static void a_batch_is_taken_back_after_a_resume(void **state)
{
    searching u;
    ax_answer a;
    searching *t = searching_begin_busy(state, "random"); /* the pruning of #4 was a batch of its own */
    ax_command c = { .request = 500, .verb = AX_VERB_PRUNE, .batch = 99, .n_ids = 2, .ids = { 1, 2 }, .fields = true };
    ax_search_command(t->search, &c, &a);
    assert_string_equal(a.message, "pruned 2 candidates; undo takes them back");
    searching_copy(t, &u);
    c = (ax_command) { .request = 501, .verb = AX_VERB_PRUNE, .batch = 99, .id = 5, .fields = true };
    ax_search_command(u.search, &c, &a); /* the batch is extended */
    assert_string_equal(a.message, "pruned 3 candidates; undo takes them back");
    c = (ax_command) { .request = 502, .verb = AX_VERB_UNDO };
    ax_search_command(u.search, &c, &a);
    assert_string_equal(a.message, "3 candidates are back");
    c.request = 503;
    ax_search_command(u.search, &c, &a);
    assert_string_equal(a.message, "#4 is finished again");
    searching_release(&u);
}

static void requests_are_remembered(void **state)
{
    searching u;
    searching *t = searching_begin_busy(state, "random");
    searching_copy(t, &u);
    ax_command c = { .request = 4, .verb = AX_VERB_PIN, .id = 2 }; /* the fourth request of the busy search */
    ax_answer a;
    ax_search_command(u.search, &c, &a);
    assert_string_equal(a.message, "pinned #2");
    assert_int_equal(u.n, 0);
    c.verb = AX_VERB_PRUNE;
    ax_search_command(u.search, &c, &a);
    assert_int_equal(a.code, AX_EINVAL);
    assert_string_equal(a.message, "request 4 was 'pin 2': nothing is done; another act takes another number");
    assert_int_equal(u.n, 0);
    c = (ax_command) { .request = 2, .verb = AX_VERB_SUBMIT, .text = "[]", .fields = true }; /* the second request */
    ax_search_command(u.search, &c, &a);
    assert_string_equal(
        a.message, "request 2 was 'submit' with other arguments: nothing is done; another act takes another number");
    snprintf(c.text, sizeof c.text, "%s", "arch0");
    ax_search_command(u.search, &c, &a);
    assert_true(a.code == AX_OK && a.fields && a.id > 6);
    searching_release(&u);
}

static void the_one_before_is_kept(void **state)
{
    ax_err err = { AX_OK, "" };
    char dir[] = "/tmp/ax-snapshot-XXXXXX";
    assert_non_null(mkdtemp(dir));
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ax_settledfile settled;
    ax_settledfile_init(&settled, fd);
    searching *t = searching_begin_busy(state, "random");
    uint64_t seq = 0;
    for (uint64_t k = 1; k <= 3; k++)
        assert_int_equal(ax_snapshot_save(t->search, &settled, k, NULL, &err), AX_OK);
    ax_search *s = ax_snapshot_load(&settled, AX_SNAPSHOT_NAME, &t->setup, &seq, &err);
    assert_non_null(s);
    assert_int_equal(seq, 3);
    ax_search_free(s);
    s = ax_snapshot_load(&settled, AX_SNAPSHOT_PREVIOUS, &t->setup, &seq, &err);
    assert_non_null(s);
    assert_int_equal(seq, 2);
    ax_search_free(s);
    /* killed after snapshot.prev.mpk had become a second name of snapshot.mpk */
    assert_int_equal(unlinkat(fd, AX_SNAPSHOT_PREVIOUS, 0), 0);
    assert_int_equal(linkat(fd, AX_SNAPSHOT_NAME, fd, AX_SNAPSHOT_PREVIOUS, 0), 0);
    assert_int_equal(ax_snapshot_save(t->search, &settled, 4, NULL, &err), AX_OK);
    s = ax_snapshot_load(&settled, AX_SNAPSHOT_PREVIOUS, &t->setup, &seq, &err);
    assert_non_null(s);
    assert_int_equal(seq, 3);
    ax_search_free(s);
    struct stat st;
    assert_int_equal(fstatat(fd, AX_SNAPSHOT_PREVIOUS ".tmp", &st, 0), -1);
    unlinkat(fd, AX_SNAPSHOT_NAME, 0);
    unlinkat(fd, AX_SNAPSHOT_PREVIOUS, 0);
    unlinkat(fd, AX_SETTLEDFILE_NAME, 0);
    ax_settledfile_release(&settled);
    close(fd);
    assert_int_equal(rmdir(dir), 0); /* the folder is empty now */
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(searching_set_up, searching_tear_down, a_copy_is_the_same, a_copy_has_the_same_future,
                                a_batch_is_taken_back_after_a_resume, requests_are_remembered, the_one_before_is_kept);
}
