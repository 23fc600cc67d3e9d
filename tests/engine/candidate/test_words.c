/* The words for a candidate's states: they are read as they are written, and unknown ones have a meaning, too. */
#include "engine/candidate/tasks.h"
#include "engine/candidate/words.h"
#include "tests/helper/suite.h"

TEST(states)
{
    ax_status s;
#define READ(id, letter, word)                                                                                         \
    assert_true(ax_status_read((const char[]) { letter, '\0' }, &s) && s == AX_##id);                                  \
    assert_string_equal(ax_status_word(s), word);
    AX_STATUS_LIST(READ)
    assert_false(ax_status_read("", &s));
    assert_false(ax_status_read("Z", &s));
    assert_false(ax_status_read("QR", &s));
    assert_true(ax_status_place(AX_RUNNING) < ax_status_place(AX_DONE));
    assert_int_equal(ax_status_place(AX_FAILED), 6);
}

TEST(causes)
{
    for (int c = 0; c < AX_CAUSE_COUNT; c++)
        assert_int_equal(ax_cause_of(ax_cause_word((ax_cause)c)), c);
    assert_int_equal(ax_cause_of("flooded"), AX_CAUSE_OTHER);
    assert_int_equal(ax_cause_retry(AX_CAUSE_HANG), AX_RETRY_ONCE);
    assert_int_equal(ax_cause_retry(AX_CAUSE_DISK), AX_RETRY_LATER);
    assert_int_equal(ax_cause_retry(AX_CAUSE_MEMORY), AX_RETRY_NEVER);
}

TEST(origins_and_endings)
{
    assert_int_equal(ax_origin_of("user"), AX_ORIGIN_USER);
    assert_int_equal(ax_origin_of(ax_origin_word(AX_ORIGIN_PROMOTE)), AX_ORIGIN_PROMOTE);
    assert_int_equal(ax_origin_of("ppo"), AX_ORIGIN_STRATEGY);
    assert_int_equal(ax_ending_of(""), AX_ENDING_NONE);
    assert_int_equal(ax_ending_of("finished"), AX_ENDING_FINISHED);
    assert_int_equal(ax_ending_of("something else"), AX_ENDING_FAILED);
}

TEST(tasks)
{
    for (int id = 0; id <= AX_TASKS; id++)
        assert_int_equal(ax_task_named(ax_task_name((ax_task_id)id)), id);
    assert_int_equal(ax_task_named(""), 0);
    assert_string_equal(ax_task_name(ax_task_named("dreaming")), "unknown");
}

int main(void)
{
    return RUN_TESTS(states, causes, origins_and_endings, tasks);
}
