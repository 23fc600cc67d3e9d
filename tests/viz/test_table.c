#include "tests/helper/history.h"
#include "tests/helper/suite.h"
#include "viz/figure.h"
#include "viz/table.h"

#include <math.h>
#include <string.h>

static void fold(void *context, ax_event *ev)
{
    ax_state_fold(context, ev);
}

static uint32_t count(const ax_state *s, const char *filter)
{
    ax_filter f;
    ax_err err;
    ax_rows rows = { .id = NULL };
    if (ax_filter_parse(filter, AX_TASK_SEGMENTATION, &f, &err) != AX_OK)
        fail_msg("%s: %s", filter, err.msg);
    assert_int_equal(ax_rows_build(&rows, s, &f, &(ax_order) { .first.by = AX_SORT_ID }, &err), AX_OK);
    uint32_t n = rows.n;
    ax_rows_release(&rows);
    return n;
}

TEST(filters_choose)
{
    ax_state s;
    ax_state_init(&s);
    ax_history_play(&(ax_history) { .candidates = 100 }, fold, &s);
    uint32_t all = s.n_candidates, above = 0, small = 0;
    for (uint32_t i = 0; i < all; i++) {
        above += s.candidate[i].outcome.reward > 0.3;
        small += s.candidate[i].outcome.params < 3000000;
    }
    assert_int_equal(count(&s, ""), all);
    assert_int_equal(count(&s, "reward>.3"), above);
    assert_true(count(&s, "reward>=.3") + count(&s, "reward<.3") < all); /* unknown rewards pass neither filter */
    assert_int_equal(count(&s, "params<3M"), small);
    assert_int_equal(count(&s, "id=7"), 1);
    assert_int_equal(count(&s, "#7"), 1 + 10); /* matches text: 7, 70 to 79 */
    assert_int_equal(count(&s, "state=F"), s.n_failed);
    assert_int_equal(count(&s, "state!=F"), all - s.n_failed);
    assert_int_equal(count(&s, "state=FX"), s.n_failed + s.n_pruned);
    assert_int_equal(count(&s, "  reward>.3   id<50 "), count(&s, "id<50 reward>.3"));
    assert_int_equal(count(&s, "keeps failing"), 1); /* text in a note */
    assert_true(count(&s, "gap") > 0 && count(&s, "gap") < all);
    ax_state_release(&s);
}

TEST(wrong_filters_are_explained)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        { "size>3", "'size' is not a column" },
        { "reward>x", "'x' is not a number" },
        { "reward>", "'' is not a number" },
        { "state>3", "state=R" },
        { "reward!3", "write !=" },
        { "a b c d e f g h i", "more than 8" },
        { "params<3MB", "not a number" },
        { ">3", "is not a column" },
    };
    ax_filter f = { .n = 0 }, before = f;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ax_err err;
        assert_int_equal(ax_filter_parse(wrong[i].text, AX_TASK_SEGMENTATION, &f, &err), AX_EINVAL);
        if (!strstr(err.msg, wrong[i].says))
            fail_msg("%s: %s", wrong[i].text, err.msg);
        assert_memory_equal(&f, &before, sizeof f);
    }
}

TEST(rows_are_sorted)
{
    ax_state s;
    ax_filter f = { .n = 0 };
    ax_err err;
    ax_rows rows = { .id = NULL };
    ax_state_init(&s);
    ax_history_play(&(ax_history) { .candidates = 100 }, fold, &s);
    for (int reverse = 0; reverse < 2; reverse++) {
        assert_int_equal(ax_rows_build(&rows, &s, &f, &(ax_order) { .first.reverse = reverse }, &err), AX_OK);
        assert_int_equal(rows.n, s.n_candidates);
        const ax_candidate *first = ax_state_candidate(&s, rows.id[0]);
        assert_int_equal(first->status, AX_RUNNING); /* the candidate in training is always visible */
        /* also between its stages, with a reward from the first */
        ax_outcome *half = &s.candidate[first->id - 1].outcome;
        half->reward = reverse ? 1 : 0;
        assert_int_equal(ax_rows_build(&rows, &s, &f, &(ax_order) { .first.reverse = reverse }, &err), AX_OK);
        assert_int_equal(rows.id[0], first->id);
        half->reward = NAN;
        bool known = true;
        double before = reverse ? -INFINITY : INFINITY;
        for (uint32_t i = 1; i < rows.n; i++) {
            double r = ax_state_candidate(&s, rows.id[i])->outcome.reward;
            assert_true(known || isnan(r)); /* those without a reward come last in both directions */
            known = !isnan(r);
            assert_true(!known || (reverse ? r >= before : r <= before));
            before = known ? r : before;
        }
        assert_int_equal(rows.id[reverse ? 0 : 1], reverse ? rows.id[0] : s.best);
    }
    for (int sort = 0; sort < AX_SORT_COUNT; sort++) {
        assert_int_equal(ax_rows_build(&rows, &s, &f, &(ax_order) { .first.by = (ax_sort)sort }, &err), AX_OK);
        for (uint32_t id = 1; id <= s.n_candidates; id++)
            assert_true(ax_rows_find(&rows, id) >= 0);
    }
    assert_int_equal(ax_rows_find(&rows, 9999), -1);
    ax_rows_release(&rows);
    ax_state_release(&s);
}

/* Where the first key is equal the second decides, and so on. */
TEST(several_keys_sort)
{
    ax_state s;
    ax_filter f = { .n = 0 };
    ax_err err;
    ax_rows rows = { .id = NULL };
    ax_order order, before;
    char text[AX_ORDER_TEXT];
    ax_state_init(&s);
    ax_history_play(&(ax_history) { .candidates = 100 }, fold, &s);
    assert_int_equal(ax_order_parse("state,-params, id", &order, &err), AX_OK);
    assert_string_equal(ax_order_print(&order, text), "state,-params,id");
    assert_int_equal(ax_rows_build(&rows, &s, &f, &order, &err), AX_OK);
    int falls = 0;
    for (uint32_t i = 1; i < rows.n; i++) {
        const ax_candidate *a = ax_state_candidate(&s, rows.id[i - 1]), *b = ax_state_candidate(&s, rows.id[i]);
        int x = ax_status_place(a->status), y = ax_status_place(b->status);
        assert_true(x <= y);
        falls += x < y;
        double p = a->outcome.params, q = b->outcome.params;
        if (x == y && !isnan(p) && !isnan(q)) /* params are ascending unless reversed */
            assert_true(p >= q);
    }
    assert_true(falls > 1);
    before = order;
    static const struct {
        const char *text, *says;
    } wrong[] = { { "", "which column" }, { "reward,size", "'size'" }, { "id,id,id,id,id", "more than 4" } };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(ax_order_parse(wrong[i].text, &order, &err), AX_EINVAL);
        assert_non_null(strstr(err.msg, wrong[i].says));
        assert_true(ax_order_same(&order, &before));
    }
    ax_rows_release(&rows);
    ax_state_release(&s);
}

TEST(figures_are_short)
{
    char t[AX_FIGURE];
    assert_string_equal(ax_figure_share(0.7213, 4, t), ".7213");
    assert_string_equal(ax_figure_share(1, 4, t), "1.0000");
    assert_string_equal(ax_figure_share(-0.0132, 4, t), "-.0132");
    assert_string_equal(ax_figure_share(NAN, 4, t), "-");
    assert_string_equal(ax_figure_share(10.25, 2, t), "10.25");
    assert_string_equal(ax_figure_count(713, t), "713");
    assert_string_equal(ax_figure_count(36900, t), "36.9k");
    assert_string_equal(ax_figure_count(2870000, t), "2.87M");
    assert_string_equal(ax_figure_count(12700000, t), "12.7M");
    assert_string_equal(ax_figure_count(827000000, t), "827M");
    assert_string_equal(ax_figure_count(8100000000, t), "8.1G");
    assert_string_equal(ax_figure_count(999960, t), "1.0M");
    assert_string_equal(ax_figure_count(-1, t), "-");
    assert_string_equal(ax_figure_bytes((int64_t)212 << 20, t), "212M");
    assert_string_equal(ax_figure_ms(0.837, t), "0.84ms");
    assert_string_equal(ax_figure_ms(9.996, t), "10.0ms");
    assert_string_equal(ax_figure_ms(123.4, t), "123ms");
    assert_string_equal(ax_figure_ms(NAN, t), "-");
    assert_string_equal(ax_figure_clock(41, t), "0:41");
    assert_string_equal(ax_figure_clock(13277, t), "3:41:17");
    assert_string_equal(ax_figure_clock(200000, t), "2d 07:33");
    assert_string_equal(ax_figure_clock(NAN, t), "-");
}

/* As fold, of data without head boxes. */
static void fold_headless(void *context, ax_event *ev)
{
    if (ev->kind == AX_EVENT_SCORED)
        ev->u.SCORED.pckh = NAN;
    ax_state_fold(context, ev);
}

static bool has_column(const ax_state *s, const char *head)
{
    ax_canvas c;
    ax_str text;
    ax_rows rows = { .id = NULL };
    ax_canvas_init(&c, &ax_glyphs_ascii);
    ax_str_init(&text, 0);
    assert_int_equal(ax_canvas_resize(&c, 12, 160, NULL), AX_OK);
    ax_order order = { .first.by = AX_SORT_ID };
    assert_int_equal(ax_rows_build(&rows, s, &(ax_filter) { .n = 0 }, &order, NULL), AX_OK);
    ax_table_draw(ax_pane_of(&c, (ax_rect) { .rows = 12, .cols = 160 }), s,
                  &(ax_table_view) { .rows = &rows, .order = &order });
    ax_canvas_text(&c, &text);
    bool found = strstr(text.text, head) != NULL;
    ax_rows_release(&rows);
    ax_str_release(&text);
    ax_canvas_release(&c);
    return found;
}

TEST(figures_that_the_data_do_not_give_have_no_column)
{
    ax_state s;
    for (int k = 0; k < 2; k++) {
        ax_state_init(&s);
        ax_history_play(&(ax_history) { .candidates = 20, .task = AX_TASK_POSE }, k ? fold_headless : fold, &s);
        assert_true(has_column(&s, " PCK "));
        assert_int_equal(has_column(&s, " PCKh "), !k);
        ax_state_release(&s);
    }
}

int main(void)
{
    return RUN_TESTS(filters_choose, wrong_filters_are_explained, rows_are_sorted, several_keys_sort, figures_are_short,
                     figures_that_the_data_do_not_give_have_no_column);
}
