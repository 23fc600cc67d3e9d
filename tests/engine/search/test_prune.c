/* A prune, and what is taken back. */
#include "tests/helper/searching.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char arch0[] = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]";

static void prune_is_soft_for_ten_seconds(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 2, "random");
    searching_take(&t);
    ax_answer a;
    assert_int_equal(searching_do(&t, AX_VERB_PRUNE, 1, NULL, &a), AX_OK);
    assert_string_equal(a.message, "pruned #1; undo within 10 s");
    assert_true(searching_last(&t, AX_EVENT_PRUNED, 0)->u.PRUNED.until == 1010);
    assert_true(ax_search_deadline(t.search) == 1010);
    ax_search_stopped(t.search, 0);
    assert_int_equal(searching_do(&t, AX_VERB_PRUNE, 1, NULL, NULL), AX_EINVAL);
    assert_int_equal(searching_take(&t), 2);
    ax_search_set_time(t.search, 1009.9);
    ax_search_tick(t.search);
    assert_int_equal(searching_last(&t, AX_EVENT_PRUNED, 0)->u.PRUNED.phase, 1);
    assert_int_equal(searching_do(&t, AX_VERB_UNDO, 0, NULL, &a), AX_OK);
    assert_string_equal(a.message, "#1 is queued again");
    assert_int_equal(searching_last(&t, AX_EVENT_PRUNED, 0)->u.PRUNED.phase, 0);
    assert_int_equal(searching_do(&t, AX_VERB_UNDO, 0, NULL, NULL), AX_EINVAL);
    searching_score(&t, 0.5);
    assert_int_equal(searching_take(&t), 1);
    searching_do(&t, AX_VERB_PRUNE, 1, NULL, NULL);
    ax_search_stopped(t.search, 0);
    assert_false(ax_search_finished(t.search));
    ax_search_set_time(t.search, 1020);
    ax_search_tick(t.search);
    assert_int_equal(searching_last(&t, AX_EVENT_PRUNED, 0)->u.PRUNED.phase, 2);
    assert_true(ax_search_deadline(t.search) == 0);
    assert_int_equal(searching_do(&t, AX_VERB_UNDO, 1, NULL, &a), AX_EINVAL);
    assert_int_equal(searching_take(&t), 3); /* a pruned one makes room for another */
    searching_score(&t, 0.5);
    assert_true(ax_search_finished(t.search));
    searching_release(&t);
}

static void undo_returns_to_what_it_was(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 4, "random");
    searching_take(&t);
    searching_do(&t, AX_VERB_SUBMIT, 0, arch0, NULL); /* 3 before 2 */
    searching_do(&t, AX_VERB_PRUNE, 2, NULL, NULL);
    searching_do(&t, AX_VERB_UNDO, 2, NULL, NULL);
    assert_int_equal(searching_last(&t, AX_EVENT_QUEUED, 0)->u.QUEUED.position, 1);
    searching_do(&t, AX_VERB_PAUSE, 2, NULL, NULL);
    searching_do(&t, AX_VERB_PRUNE, 2, NULL, NULL);
    ax_answer a;
    searching_do(&t, AX_VERB_UNDO, 2, NULL, &a);
    assert_string_equal(a.message, "#2 is paused again");
    searching_score(&t, 0.5);
    searching_do(&t, AX_VERB_PRUNE, 1, NULL, NULL);
    searching_do(&t, AX_VERB_UNDO, 0, NULL, &a);
    assert_string_equal(a.message, "#1 is finished again");
    searching_release(&t);
}

static void a_failed_promotion_can_be_repeated(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 1, "random");
    searching_take(&t);
    searching_score(&t, 0.9);
    searching_do(&t, AX_VERB_PROMOTE, 1, NULL, NULL);
    assert_false(ax_search_finished(t.search));
    assert_int_equal(searching_take(&t), 2);
    ax_search_failed(t.search, 0, "memory", "no memory");
    assert_int_equal(searching_do(&t, AX_VERB_PROMOTE, 1, NULL, NULL), AX_OK);
    assert_int_equal(searching_take(&t), 3);
    searching_score(&t, 0.9);
    assert_true(ax_search_finished(t.search));
    searching_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prune_is_soft_for_ten_seconds),
        cmocka_unit_test(undo_returns_to_what_it_was),
        cmocka_unit_test(a_failed_promotion_can_be_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
