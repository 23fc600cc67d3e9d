/* Prompts: completion with Tab, previous lines with the arrow keys, and filters that apply while they are typed. */
#include "tests/helper/desk.h"
#include "tests/helper/suite.h"
#include "tui/ui/complete.h"
#include "tui/ui/palette.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *line_of(ax_desk *d)
{
    return ax_ui_prompted(&d->ui)->line.text;
}

static void words_are_completed(void **state)
{
    ax_desk *d = *state;
    static const struct {
        const char *keys, *line;
    } cases[] = {
        { ":prom\t", ": promote " },
        { ":fork op1=sep3x3_\t", ": fork op1=sep3x3_d3 " },
        { ":fork bl\t", ": fork block" },
        { ":goto 6\t", ": goto 6" }, /* 6, 60, 61, ... */
        { ":goto 59\t", ": goto 59 " },
        { ":sort rew\t,-par\t", ": sort reward,-params" },
        { ":setting popul\t", ": setting population" },
        { ":mark lat\t", ": mark latency" },
        { "/rewa\t>.5 mI\t", "/ reward>.5 mIoU" },
        { "/conv3x3_d1\t", "/ conv3x3_d12" },
        { "fxyz\t", "f xyz" },
        { "a12\t", "a 12" },
    };
    ax_settings settings;
    assert_int_equal(ax_settings_preset(&settings, "demo", NULL), AX_OK);
    d->ui.settings = &settings;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ax_desk_keys(d, cases[i].keys);
        if (strcmp(line_of(d), cases[i].line + 2) != 0)
            fail_msg("%s: %s", cases[i].keys, line_of(d));
        ax_desk_keys(d, "\x1b");
    }
    char text[256];
    ax_desk_keys(d, ":p\t");
    assert_true(ax_ui_prompted(&d->ui)->listing);
    ax_complete_list(&d->ui, AX_ASK_COMMAND, &ax_ui_prompted(&d->ui)->line, text, sizeof text);
    assert_string_equal(text, "pause prune promote pin pause-run pan-back pan-on pan-up pan-down page-down page-up");
    ax_desk_keys(d, "\x1b:setting population\r");
    assert_non_null(strstr(d->ui.message, "population = 20"));
    ax_desk_keys(d, ":setting size\r");
    assert_non_null(strstr(d->ui.message, "there is no 'size'"));
}

static void lines_come_back(void **state)
{
    ax_desk *d = *state;
    ax_desk_keys(d, ":goto 7\r:goto 9\r:unmark\r:goto 9\r/params<3M\r");
    assert_true(d->ui.remember);
    ax_desk_keys(d, ":");
    ax_ui_key(&d->ui, AX_KEY_UP);
    assert_string_equal(line_of(d), "goto 9"); /* once, as the newest line */
    ax_ui_key(&d->ui, AX_KEY_UP);
    assert_string_equal(line_of(d), "unmark");
    ax_ui_key(&d->ui, AX_KEY_DOWN);
    ax_ui_key(&d->ui, AX_KEY_DOWN);
    assert_string_equal(line_of(d), "");
    ax_desk_keys(d, "goto 7"); /* only lines that begin with the typed text */
    ax_desk_keys(d, "\b");
    ax_ui_key(&d->ui, AX_KEY_UP);
    ax_ui_key(&d->ui, AX_KEY_UP);
    assert_string_equal(line_of(d), "goto 7");
    ax_ui_key(&d->ui, AX_KEY_UP); /* there are no more */
    assert_string_equal(line_of(d), "goto 7");
    ax_desk_keys(d, "\x1b/\x15");
    ax_ui_key(&d->ui, AX_CTRL('P'));
    assert_string_equal(line_of(d), "params<3M");
    ax_desk_keys(d, "\x1b");
}

TEST(a_file_holds_what_was_typed)
{
    ax_recall *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);
    ax_err err;
    ax_str out;
    assert_true(a && b);
    for (int i = 0; i < 70; i++) {
        char line[AX_PROMPT_TEXT];
        snprintf(line, sizeof line, "id=%d", i);
        ax_recall_add(a, 0, line);
    }
    ax_recall_add(a, 3, "a note: \u20ac");
    assert_int_equal(a->n[0], AX_RECALL_LINES);
    assert_string_equal(ax_recall_line(a, 0, "id=", 1), "id=69");
    assert_null(ax_recall_line(a, 0, "id=1", 60));
    assert_int_equal(ax_recall_name(a, "small", "params<2M", &err), AX_OK);
    assert_int_equal(ax_recall_name(a, "not a name", "params<2M", &err), AX_EINVAL);
    assert_int_equal(ax_recall_name(a, "none", "", &err), AX_EINVAL);
    ax_str_init(&out, 0);
    ax_recall_print(a, &out);
    assert_true(ax_str_ok(&out));
    ax_recall_parse(b, out.text);
    assert_memory_equal(a->n, b->n, sizeof a->n);
    for (int i = 0; i < a->n[0]; i++)
        assert_string_equal(a->line[0][i], b->line[0][i]);
    assert_string_equal(ax_recall_filter(b, "small", 5), "params<2M");
    char noise[] = "filter \x01\nnothing\n@bad name\nunknown x\ncommand ok\n\n";
    memset(b, 0, sizeof *b);
    ax_recall_parse(b, noise);
    assert_int_equal(b->n[0] + b->n[1] + b->n[3], 0);
    assert_string_equal(b->line[2][0], "ok");
    ax_recall_add(b, 0, "newest");
    ax_recall_merge(a, b);
    assert_string_equal(ax_recall_line(a, 0, "", 1), "newest");
    assert_string_equal(ax_recall_line(a, 0, "", 2), "id=69");
    ax_str_release(&out);
    free(a);
    free(b);
}

static void a_filter_shows_what_it_does(void **state)
{
    ax_desk *d = *state;
    ax_selection *t = ax_ui_selection(&d->ui);
    uint32_t all = t->rows.n, before;
    ax_desk_keys(d, "/state=F");
    assert_int_equal(t->rows.n, d->state.n_failed);
    ax_desk_keys(d, " rew");
    assert_int_equal(t->rows.n, d->state.n_failed); /* incomplete: it may become a column */
    ax_desk_keys(d, "ard>");
    assert_int_equal(t->rows.n, d->state.n_failed); /* not a valid filter yet: the last valid one is shown */
    assert_non_null(strstr(ax_ui_prompted(&d->ui)->wrong, "not a number"));
    ax_desk_keys(d, "\x1b");
    assert_int_equal(t->rows.n, all); /* as before the prompt */
    ax_desk_keys(d, "/id<20\r");
    before = t->rows.n;
    ax_desk_keys(d, "/ state=D");
    assert_true(t->rows.n < before);
    ax_desk_keys(d, "\x1b");
    assert_int_equal(t->rows.n, before);
}

static void filters_have_names(void **state)
{
    ax_desk *d = *state;
    ax_selection *t = ax_ui_selection(&d->ui);
    ax_desk_keys(d, ":keep few\r");
    assert_non_null(strstr(d->ui.message, "there is no filter"));
    ax_desk_keys(d, "/id<20 reward>0\r:keep few\r");
    uint32_t few = t->rows.n;
    ax_desk_keys(d, "\x1b/@fe\t\r");
    assert_int_equal(t->rows.n, few);
    assert_string_equal(t->filter.text, "id<20 reward>0");
    ax_desk_keys(d, "\x1b/@few state=D\r");
    assert_true(t->rows.n <= few && t->filter.n == 3);
    ax_desk_keys(d, ":forget few\r\x1b/@few\r");
    assert_non_null(strstr(d->ui.message, "@few is not the name of a filter"));
    assert_int_equal(t->filter.n, 0);
}

static void what_passes_a_filter_is_marked(void **state)
{
    ax_desk *d = *state;
    ax_selection *t = ax_ui_selection(&d->ui);
    ax_desk_keys(d, ":mark id<=10\r");
    assert_int_equal(t->n_marked, 10);
    ax_desk_keys(d, "/id<=15\r*");
    assert_int_equal(t->n_marked, 15);
    assert_non_null(strstr(d->ui.message, "marked 5 more, 15 in all"));
    ax_desk_keys(d, ":unmark\r");
    assert_int_equal(t->n_marked, 0);
    ax_desk_keys(d, ":mark size<3\r");
    assert_non_null(strstr(d->ui.message, "'size' is not a column"));
}

static void frozen_rows_stay(void **state)
{
    ax_desk *d = *state;
    ax_selection *t = ax_ui_selection(&d->ui);
    uint32_t running = t->rows.id[0], second = t->rows.id[1];
    ax_desk_keys(d, "F");
    ax_desk_score(d, running, 0.01);
    assert_int_equal(t->rows.id[0], running);
    ax_desk_keys(d, "/id<50\r"); /* the user's own filter is applied all the same */
    assert_true(t->rows.n < 50);
    ax_desk_keys(d, "\x1b"
                    "F");
    assert_int_equal(t->rows.id[0], second);
}

static void columns_are_added_to_the_order(void **state)
{
    ax_desk *d = *state;
    char text[AX_ORDER_TEXT];
    ax_selection *t = ax_ui_selection(&d->ui);
    ax_desk_keys(d, ":sort state,-reward\r");
    assert_string_equal(ax_order_print(&t->order, text), "state,-reward");
    ax_desk_keys(d, "S");
    assert_string_equal(ax_order_print(&t->order, text), "state,mIoU");
    ax_desk_keys(d, "s");
    assert_string_equal(ax_order_print(&t->order, text), "reward");
    ax_desk_keys(d, ":sort size\r");
    assert_non_null(strstr(d->ui.message, "'size'"));
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(ax_desk_set_up, ax_desk_tear_down, words_are_completed, lines_come_back,
                                a_file_holds_what_was_typed, a_filter_shows_what_it_does, filters_have_names,
                                what_passes_a_filter_is_marked, frozen_rows_stay, columns_are_added_to_the_order);
}
