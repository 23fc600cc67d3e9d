/* Pruning and undoing it. */
#include "tests/helper/search_steps.h"
#include "tests/helper/suite.h"

#include <math.h>

static void prune_is_soft_for_ten_seconds(void **state)
{
    searching *t = searching_begin(state, 2, "random");
    searching_take(t);
    ax_answer a;
    assert_int_equal(searching_do(t, AX_VERB_PRUNE, 1, NULL, &a), AX_OK);
    assert_string_equal(a.message, "pruned #1; undo within 10 s");
    assert_true(searching_last(t, AX_EVENT_PRUNED, 0)->u.PRUNED.until == 1010);
    assert_true(ax_search_deadline(t->search) == 1010);
    ax_search_stopped(t->search, 0);
    assert_int_equal(searching_do(t, AX_VERB_PRUNE, 1, NULL, NULL), AX_EINVAL);
    assert_int_equal(searching_take(t), 2);
    ax_search_set_time(t->search, 1009.9);
    ax_search_tick(t->search);
    assert_int_equal(searching_last(t, AX_EVENT_PRUNED, 0)->u.PRUNED.phase, 1);
    searching_answers(t, AX_VERB_UNDO, 0, NULL, AX_OK, "#1 is queued again");
    assert_int_equal(searching_last(t, AX_EVENT_PRUNED, 0)->u.PRUNED.phase, 0);
    assert_int_equal(searching_do(t, AX_VERB_UNDO, 0, NULL, NULL), AX_EINVAL);
    searching_score(t, 0.5);
    assert_int_equal(searching_take(t), 1);
    searching_do(t, AX_VERB_PRUNE, 1, NULL, NULL);
    ax_search_stopped(t->search, 0);
    assert_false(ax_search_finished(t->search));
    ax_search_set_time(t->search, 1020);
    ax_search_tick(t->search);
    assert_int_equal(searching_last(t, AX_EVENT_PRUNED, 0)->u.PRUNED.phase, 2);
    assert_true(ax_search_deadline(t->search) == 0);
    assert_int_equal(searching_do(t, AX_VERB_UNDO, 1, NULL, &a), AX_EINVAL);
    searching_train(t, 3, 0.5); /* a new candidate replaces the pruned one */
    assert_true(ax_search_finished(t->search));
}

/* The system clock was set back by an hour while no engine ran. */
static void a_resume_gives_no_more_time(void **state)
{
    searching *t = searching_begin(state, 9, "random");
    ax_search_set_time(t->search, 100000);
    searching_do(t, AX_VERB_PRUNE, searching_take(t), NULL, NULL);
    ax_search_set_time(t->search, 100000 - 3600);
    ax_search_hello(t->search, true, 1);
    assert_true(ax_search_deadline(t->search) == 100000 - 3600 + AX_PRUNE_SECONDS);
}

static void undo_returns_to_what_it_was(void **state)
{
    searching *t = searching_begin(state, 4, "random");
    searching_take(t);
    searching_do(t, AX_VERB_SUBMIT, 0, "arch0", NULL); /* 3 before 2 */
    searching_do(t, AX_VERB_PRUNE, 2, NULL, NULL);
    searching_do(t, AX_VERB_UNDO, 2, NULL, NULL);
    assert_int_equal(searching_last(t, AX_EVENT_QUEUED, 0)->u.QUEUED.position, 1);
    searching_do(t, AX_VERB_PAUSE, 2, NULL, NULL);
    searching_do(t, AX_VERB_PRUNE, 2, NULL, NULL);
    searching_answers(t, AX_VERB_UNDO, 2, NULL, AX_OK, "#2 is paused again");
    searching_score(t, 0.5);
    searching_do(t, AX_VERB_PRUNE, 1, NULL, NULL);
    searching_answers(t, AX_VERB_UNDO, 0, NULL, AX_OK, "#1 is finished again");
}

static ax_code give(searching *t, ax_verb verb, uint64_t batch, uint32_t n, const uint32_t *ids, ax_answer *a)
{
    ax_command c = { .request = t->request++, .verb = verb, .batch = batch, .n_ids = n, .fields = true };
    for (uint32_t i = 0; i < n; i++)
        c.ids[i] = ids[i];
    ax_search_command(t->search, &c, a);
    assert_true(a->fields);
    return a->code;
}

static uint32_t finished(searching *t)
{
    uint32_t id = searching_take(t);
    searching_score(t, 0.5);
    return id;
}

static void a_finished_ones_prune_never_becomes_final(void **state)
{
    searching *t = searching_begin(state, 3, "random");
    ax_answer a;
    finished(t);
    assert_int_equal(searching_do(t, AX_VERB_PRUNE, 1, NULL, &a), AX_OK);
    assert_string_equal(a.message, "pruned #1; undo takes it back");
    assert_true(isnan(searching_last(t, AX_EVENT_PRUNED, 0)->u.PRUNED.until));
    assert_true(ax_search_deadline(t->search) == 0);
    ax_search_set_time(t->search, 100000);
    ax_search_tick(t->search);
    assert_int_equal(searching_count(t, AX_EVENT_PRUNED), 1);
    assert_int_equal(searching_do(t, AX_VERB_PROMOTE, 1, NULL, &a), AX_EINVAL);
    assert_string_equal(a.message, "#1 is pruned; 'undo 1' takes that back, and then it can be promoted");
    searching_answers(t, AX_VERB_UNDO, 1, NULL, AX_OK, "#1 is finished again");
    searching_answers(t, AX_VERB_UNDO, 1, NULL, AX_EINVAL, "#1 isn't pruned: it is finished");
    assert_int_equal(searching_do(t, AX_VERB_PROMOTE, 1, NULL, &a), AX_OK);
}

static void undo_takes_back_a_batch(void **state)
{
    searching *t = searching_begin(state, 9, "random");
    ax_answer a;
    static const uint32_t first[] = { 1, 2, 3, 2 }, second[] = { 4, 5 };
    for (int i = 0; i < 5; i++)
        finished(t);
    assert_int_equal(give(t, AX_VERB_PRUNE, 77, 4, first, &a), AX_OK);
    assert_string_equal(a.message, "pruned 3 candidates (1 had been pruned before, or failed); undo takes them back");
    assert_int_equal(a.count, 3);
    assert_int_equal(searching_last(t, AX_EVENT_PRUNED, 2)->u.PRUNED.batch, 77);
    assert_int_equal(give(t, AX_VERB_PRUNE, 77, 2, second, &a), AX_OK); /* the same batch is extended */
    assert_string_equal(a.message, "pruned 5 candidates; undo takes them back");
    assert_int_equal(a.count, 5);
    assert_int_equal(give(t, AX_VERB_PRUNE, 77, 2, second, &a), AX_EINVAL);
    assert_string_equal(a.message, "all 2 had been pruned before, or failed");
    assert_int_equal(searching_do(t, AX_VERB_UNDO, 3, NULL, NULL), AX_OK); /* one of the batch alone */
    assert_int_equal(searching_do(t, AX_VERB_PRUNE, 3, NULL, &a), AX_OK);  /* now it belongs to another batch */
    assert_int_equal(give(t, AX_VERB_UNDO, 77, 0, NULL, &a), AX_OK);
    assert_string_equal(a.message, "4 candidates are back");
    assert_true(a.count == 4 && a.id == 0);
    assert_int_equal(searching_do(t, AX_VERB_UNDO, 0, NULL, &a), AX_OK);
    assert_string_equal(a.message, "#3 is finished again");
    assert_int_equal(a.id, 3);
    searching_answers(t, AX_VERB_UNDO, 0, NULL, AX_EINVAL, "there is nothing to undo");
    assert_int_equal(give(t, AX_VERB_PRUNE, 0, 2, second, &a), AX_OK);
    assert_int_equal(give(t, AX_VERB_PRUNE, 0, 3, first, &a), AX_OK);
    searching_answers(t, AX_VERB_UNDO, 0, NULL, AX_OK, "3 candidates are back"); /* undoes the newest command */
    assert_int_equal(give(t, AX_VERB_UNDO, 0, 3, (const uint32_t[]) { 5, 5, 1 }, &a), AX_OK);
    assert_string_equal(a.message, "#5 is finished again; 1 can't come back: not pruned, or for good");
    assert_int_equal(give(t, AX_VERB_PRUNE, 0, 2, (const uint32_t[]) { 1, 99 }, &a), AX_EINVAL); /* all or nothing */
    assert_string_equal(a.message, "there is no candidate #99");
    assert_int_equal(give(t, AX_VERB_PROMOTE, 0, 2, second, &a), AX_EINVAL);
    assert_string_equal(a.message, "promote takes one candidate at a time");
}

static void a_batch_finds_its_places_in_the_queue(void **state)
{
    searching *t = searching_begin(state, 9, "random");
    ax_answer a;
    finished(t);
    assert_int_equal(searching_take(t), 2);
    for (int i = 0; i < 4; i++)
        searching_do(t, AX_VERB_SUBMIT, 0, "arch0", NULL); /* the queue is 7 6 5 4, then 3 of the search */
    assert_int_equal(give(t, AX_VERB_PRUNE, 0, 5, (const uint32_t[]) { 5, 7, 1, 3, 2 }, &a), AX_OK);
    assert_string_equal(a.message, "pruned 5 candidates; undo takes them back, 4 of them within 10 s");
    ax_search_stopped(t->search, 0);
    searching_answers(t, AX_VERB_UNDO, 0, NULL, AX_OK, "5 candidates are back");
    static const uint32_t order[] = { 2, 7, 6, 5, 4, 3 };
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        assert_int_equal(searching_take(t), order[i]);
        ax_search_failed(t->search, 0, AX_CAUSE_OTHER, "so that the next is taken");
        if (ax_search_paused(t->search))
            searching_do(t, AX_VERB_CONTINUE, 0, NULL, NULL);
    }
}

static void of_a_batch_only_what_was_finished_comes_back_later(void **state)
{
    searching *t = searching_begin(state, 5, "random");
    ax_answer a;
    finished(t);
    finished(t);
    searching_take(t);
    assert_int_equal(give(t, AX_VERB_PRUNE, 0, 3, (const uint32_t[]) { 1, 2, 3 }, &a), AX_OK);
    assert_int_equal(a.count, 3);
    ax_search_stopped(t->search, 0);
    ax_search_set_time(t->search, 1011);
    ax_search_tick(t->search);
    searching_answers(t, AX_VERB_UNDO, 3, NULL, AX_EINVAL,
                      "#3 wasn't finished when it was pruned: after 10 seconds that is final");
    assert_int_equal(searching_do(t, AX_VERB_UNDO, 0, NULL, &a), AX_OK);
    assert_string_equal(a.message, "2 candidates are back; 1 can't come back: not finished when pruned");
}

static void a_failed_promotion_can_be_repeated(void **state)
{
    searching *t = searching_begin(state, 1, "random");
    searching_take(t);
    searching_score(t, 0.9);
    searching_do(t, AX_VERB_PROMOTE, 1, NULL, NULL);
    assert_false(ax_search_finished(t->search));
    assert_int_equal(searching_take(t), 2);
    ax_search_failed(t->search, 0, AX_CAUSE_MEMORY, "no memory");
    assert_int_equal(searching_do(t, AX_VERB_PROMOTE, 1, NULL, NULL), AX_OK);
    searching_train(t, 3, 0.9);
    assert_true(ax_search_finished(t->search));
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(searching_set_up, searching_tear_down, prune_is_soft_for_ten_seconds,
                                a_resume_gives_no_more_time, undo_returns_to_what_it_was,
                                a_finished_ones_prune_never_becomes_final, undo_takes_back_a_batch,
                                a_batch_finds_its_places_in_the_queue,
                                of_a_batch_only_what_was_finished_comes_back_later, a_failed_promotion_can_be_repeated);
}
