/* A network with a known outcome isn't trained again; which outcomes count as known. */
#include "engine/search/duplicates.h"
#include "engine/search/search_internal.h"
#include "tests/helper/search_steps.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <string.h>

/* The same network twice: the operations of the first layer and the inputs of a block are swapped. */
static const char twin[] = "[[8,[0,0,2,5],[0,3,8,8],[0,5,1,4]],[[3,3],[2,3],[3,0]]]";

/* 1 is done, 2 is queued, and arch0 is in training as 3. */
static searching *begin(void **state, void (*change)(ax_settings *s))
{
    searching *t = searching_begin(state, 20, "random");
    if (change) {
        change(&t->setup.settings);
        searching_restart(t);
    }
    searching_train(t, 1, 0.3);
    searching_do(t, AX_VERB_SUBMIT, 0, "arch0", NULL);
    assert_int_equal(searching_take(t), 3);
    return t;
}

/* Submits the twin, which is next in the queue, and asks for a job. */
static uint32_t submit_twin(searching *t, ax_answer *a)
{
    searching_do(t, AX_VERB_SUBMIT, 0, twin, a);
    return searching_take(t);
}

static void a_known_network_takes_the_outcome(void **state)
{
    ax_answer a;
    searching *t = begin(state, NULL);
    searching_score(t, 0.5);
    size_t gated = searching_count(t, AX_EVENT_GATED), started = searching_count(t, AX_EVENT_STARTED);
    searching_answers(t, AX_VERB_SUBMIT, 0, twin, AX_OK, "#4 is the network of #3 and takes its outcome");
    ax_search_clean(t->search);
    assert_int_equal(searching_take(t), 0);
    assert_true(ax_search_dirty(t->search)); /* the outcome is saved before the next job is taken */
    const ax_event *s = searching_last(t, AX_EVENT_SCORED, 0);
    assert_true(s->id == 4 && s->u.SCORED.reused == 3 && s->u.SCORED.reward == 0.5 && s->u.SCORED.seconds == 0);
    assert_true(s->u.SCORED.stage == 1 && s->u.SCORED.provisional == 0);
    assert_string_equal(s->u.SCORED.masks, "masks/3.mpk");
    assert_int_equal(searching_count(t, AX_EVENT_GATED), gated);
    assert_int_equal(searching_count(t, AX_EVENT_STARTED), started);
    /* the twin was submitted by hand, so nothing is learned */
    assert_int_equal(searching_last(t, AX_EVENT_LEARNED, 0)->id, 1);
    searching_train(t, 2, 0.2);
    /* 3 is named as its original, also for a third copy */
    assert_int_equal(submit_twin(t, NULL), 0);
    assert_int_equal(searching_last(t, AX_EVENT_SCORED, 0)->u.SCORED.reused, 3);
    searching_do(t, AX_VERB_FORK, 1, "op1=none", &a);
    assert_non_null(strstr(a.message, "is next"));
}

static void one_that_waits_behind_its_twin_is_known_when_its_turn_comes(void **state)
{
    searching *t = begin(state, NULL);
    searching_answers(t, AX_VERB_SUBMIT, 0, twin, AX_OK, "#4 is next");
    searching_score(t, 0.5);
    assert_int_equal(searching_take(t), 0);
    assert_int_equal(searching_last(t, AX_EVENT_SCORED, 0)->u.SCORED.reused, 3);
}

static void what_isnt_an_outcome_isnt_reused(void **state)
{
    searching *t = begin(state, NULL);
    ax_search_failed(t->search, 0, AX_CAUSE_DIVERGED, "the loss is nan");
    assert_int_equal(submit_twin(t, NULL), 4); /* the original failed: the copy is trained */
    searching_do(t, AX_VERB_PRUNE, 4, NULL, NULL);
    ax_search_stopped(t->search, 0);
    assert_int_equal(submit_twin(t, NULL), 5); /* the original was pruned before its end */
    searching_do(t, AX_VERB_PAUSE, 5, NULL, NULL);
    ax_search_stopped(t->search, 0);
    assert_int_equal(submit_twin(t, NULL), 6); /* the original is paused: the copy doesn't wait for it */
    searching_score(t, 0.6);
    searching_do(t, AX_VERB_CONTINUE, 5, NULL, NULL);
    searching_train(t, 5, 0.6);                    /* a training in progress is finished */
    searching_do(t, AX_VERB_PRUNE, 6, NULL, NULL); /* pruned after its end: it has an outcome */
    assert_int_equal(submit_twin(t, NULL), 0);
    assert_int_equal(searching_last(t, AX_EVENT_SCORED, 0)->u.SCORED.reused, 6);
}

static void full_training_is_another_thing(void **state)
{
    searching *t = begin(state, NULL);
    ax_search_failed(t->search, 0, AX_CAUSE_MEMORY, "no memory");
    assert_int_equal(submit_twin(t, NULL), 4);
    searching_score(t, 0.5);
    searching_do(t, AX_VERB_PROMOTE, 4, NULL, NULL);
    searching_train(t, 5, 0.9);
    assert_int_equal(submit_twin(t, NULL), 0);
    const ax_event *s = searching_last(t, AX_EVENT_SCORED, 0);
    assert_true(s->u.SCORED.reused == 4 && s->u.SCORED.reward == 0.5);
    searching_do(t, AX_VERB_PROMOTE, 6, NULL, NULL); /* a copy can get a full training */
    assert_int_equal(searching_take(t), 7);
}

static void trained_again(ax_settings *s)
{
    s->dedupe = 0;
}

static void can_be_switched_off(void **state)
{
    searching *t = begin(state, trained_again);
    searching_score(t, 0.5);
    assert_int_equal(submit_twin(t, NULL), 4);
}

static void concatenated(ax_settings *s)
{
    snprintf(s->aggregate, sizeof s->aggregate, "concat");
}

static void without_sums_only_equal_genotypes_are_the_same(void **state)
{
    searching *t = begin(state, concatenated);
    searching_score(t, 0.5);
    assert_int_equal(submit_twin(t, NULL), 4);
    searching_score(t, 0.5);
    searching_do(t, AX_VERB_SUBMIT, 0, "arch0", NULL);
    assert_int_equal(searching_take(t), 0);
    assert_int_equal(searching_last(t, AX_EVENT_SCORED, 0)->u.SCORED.reused, 3);
    assert_int_equal(submit_twin(t, NULL), 0);
    assert_int_equal(searching_last(t, AX_EVENT_SCORED, 0)->u.SCORED.reused, 4);
}

static void learned(ax_settings *s)
{
    s->learn_handmade = 1;
}

static void learned_once(ax_settings *s)
{
    s->learn_handmade = 1;
    s->learn_reused = 0;
}

static void the_settings_say_what_is_learned_from(void **state)
{
    searching *t = begin(state, learned);
    searching_score(t, 0.5);
    assert_int_equal(searching_last(t, AX_EVENT_LEARNED, 0)->id, 3);
    submit_twin(t, NULL);
    assert_int_equal(searching_last(t, AX_EVENT_LEARNED, 0)->id, 4);
    assert_int_equal(searching_last(t, AX_EVENT_LEARNED, 0)->u.LEARNED.samples, 3);
    begin(state, learned_once);
    searching_score(t, 0.5);
    submit_twin(t, NULL);
    assert_int_equal(searching_last(t, AX_EVENT_LEARNED, 0)->id, 3);
}

static void known_after_a_resume(void **state)
{
    searching *t = begin(state, NULL);
    searching_score(t, 0.5);
    submit_twin(t, NULL);
    searching_do(t, AX_VERB_SUBMIT, 0, twin, NULL);
    searching_reload(t);
    assert_int_equal(ax_search_touch(t->search, 4)->reused, 3);
    assert_int_equal(searching_take(t), 0);
    const ax_event *s = searching_last(t, AX_EVENT_SCORED, 0);
    assert_true(s->id == 5 && s->u.SCORED.reused == 3);
}

TEST(the_table_finds_all_of_a_hash_in_order)
{
    ax_duplicates d = { .slot = NULL };
    uint32_t at = 0;
    assert_int_equal(ax_duplicates_next(&d, 7, &at), 0);
    for (uint32_t id = 1; id <= 3000; id++) /* all hash to the same few slots */
        assert_int_equal(ax_duplicates_add(&d, id % 3 ? (uint64_t)(id % 3) << 40 | 63 : id, id, NULL), AX_OK);
    for (uint32_t k = 1; k <= 2; k++) {
        uint32_t id, last = 0, found = 0;
        for (at = 0; (id = ax_duplicates_next(&d, (uint64_t)k << 40 | 63, &at)); found++) {
            assert_true(id > last && id % 3 == k);
            last = id;
        }
        assert_int_equal(found, 1000);
    }
    for (uint32_t id = 3; id <= 3000; id += 3) {
        at = 0;
        assert_int_equal(ax_duplicates_next(&d, id, &at), id);
        assert_int_equal(ax_duplicates_next(&d, id, &at), 0);
    }
    ax_duplicates_release(&d);
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(searching_set_up, searching_tear_down, a_known_network_takes_the_outcome,
                                one_that_waits_behind_its_twin_is_known_when_its_turn_comes,
                                what_isnt_an_outcome_isnt_reused, full_training_is_another_thing, can_be_switched_off,
                                without_sums_only_equal_genotypes_are_the_same, the_settings_say_what_is_learned_from,
                                known_after_a_resume, the_table_finds_all_of_a_hash_in_order);
}
