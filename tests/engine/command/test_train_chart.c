#include "engine/command/train_chart.h"
#include "tests/helper/suite.h"

#include <string.h>

static ax_epochs training(ax_epoch *at, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        at[i] = (ax_epoch) {
            .epoch = i + 1, .epochs = n, .loss = 8 - i, .judged = i % 2, .best = i % 2, .figures = { .reward = .1 * i }
        };
    return (ax_epochs) { .at = at, .n = n, .cap = n };
}

static void expect(const ax_epochs *e, bool unicode, const char *want)
{
    ax_str s;
    ax_str_init(&s, 0);
    ax_train_chart(e, unicode, &s);
    assert_string_equal(s.text, want);
    ax_str_release(&s);
}

/* From 8 down to 1 with bars of eight heights, one column each; rewards of every second epoch. */
TEST(bars)
{
    ax_epoch at[40];
    ax_epochs e = training(at, 8);
    expect(&e, false, "loss #*+=:-._ 1.0000  reward _-+# 0.7000");
    expect(&e, true, "loss █▇▆▅▄▃▂▁ 1.0000  reward ▁▃▆█ 0.7000");
    e.n = 1;
    expect(&e, false, "loss = 8.0000");
    e.n = 0;
    expect(&e, false, "");
}

/* Never wider than ten columns per figure: the line has to fit a terminal. */
TEST(many)
{
    ax_epoch at[40];
    ax_epochs e = training(at, 40);
    ax_str s;
    ax_str_init(&s, 0);
    ax_train_chart(&e, false, &s);
    assert_int_equal(strcspn(s.text + 5, " "), 10);
    assert_int_equal(strlen(strstr(s.text, "reward")), 7 + 10 + 7);
    ax_str_release(&s);
}

/* Two plots side by side, each with a title and axes; epochs without validation leave no gap. */
TEST(plots)
{
    ax_epoch at[40];
    ax_epochs e = training(at, 20);
    ax_str s;
    for (int i = 0; i < 20; i++)
        at[i].figures.miou = .05 * i;
    ax_str_init(&s, 0);
    assert_int_equal(ax_train_plots(&e, 59, false, &s), 0);
    assert_int_equal(s.len, 0);
    assert_int_equal(ax_train_plots(&e, 80, false, &s), AX_TRAIN_PLOT_ROWS);
    int lines = 0;
    for (const char *line = s.text, *end; (end = strchr(line, '\n')); line = end + 1, lines++)
        assert_true(end - line <= 80);
    assert_int_equal(lines, AX_TRAIN_PLOT_ROWS);
    assert_non_null(strstr(s.text, "l loss"));
    assert_non_null(strstr(s.text, "r reward, m mIoU"));
    assert_true(strchr(strchr(s.text, '\n'), 'l') && strstr(s.text, "epoch"));
    ax_str_clear(&s);
    e.n = 1;
    assert_int_equal(ax_train_plots(&e, 80, true, &s), 0);
    e.n = 20;
    e.task = AX_TASK_DEPTH; /* its first figure is in metres, not a fraction */
    assert_int_equal(ax_train_plots(&e, 80, true, &s), AX_TRAIN_PLOT_ROWS);
    assert_null(strstr(s.text, "r reward, "));
    ax_str_clear(&s);
    e.task = AX_TASK_POSE; /* COCO's key points have AP, and no PCK */
    for (int i = 0; i < 20; i++)
        at[i].figures.pck = at[i].figures.pckh = NAN;
    assert_int_equal(ax_train_plots(&e, 80, true, &s), AX_TRAIN_PLOT_ROWS);
    assert_non_null(strstr(s.text, "r reward, A AP"));
    ax_str_release(&s);
}

int main(void)
{
    return RUN_TESTS(bars, many, plots);
}
