/* The log without a terminal: it holds still while it is read, and is searched. */
#include "tests/helper/desk.h"
#include "tests/helper/suite.h"
#include "tui/view/view.h"

#include <stdlib.h>
#include <string.h>

/* The number in the log's frame: lines below the last one shown. */
static uint32_t newer_below(ax_desk *d)
{
    ax_canvas c;
    ax_str drawn;
    ax_canvas_init(&c, &ax_glyphs_unicode);
    ax_str_init(&drawn, 0);
    assert_int_equal(ax_canvas_resize(&c, 24, 80, NULL), AX_OK);
    int cursor;
    assert_int_equal(ax_draw_screen(&c, &d->ui, &cursor, NULL), AX_OK);
    ax_canvas_text(&c, &drawn);
    const char *says = strstr(drawn.text, " newer below");
    assert_true(says || strstr(drawn.text, "following"));
    while (says && says[-1] >= '0' && says[-1] <= '9')
        says--;
    uint32_t n = says ? (uint32_t)strtoul(says, NULL, 10) : 0;
    ax_str_release(&drawn);
    ax_canvas_release(&c);
    return n;
}

/* The lines being read stay in place while new ones arrive, until they are dropped: then the oldest ones are shown. */
static void the_log_holds_still_while_it_is_read(void **state)
{
    ax_desk *d = *state;
    ax_desk_keys(d, "6");
    ax_ui_arrange(&d->ui, 24, 80);
    ax_desk_keys(d, "kkkk");
    uint64_t shown = d->state.n_log - newer_below(d);
    ax_desk_score(d, 1, 0.1);
    ax_desk_score(d, 2, 0.1);
    assert_int_equal(d->state.n_log - newer_below(d), shown);
    ax_desk_keys(d, "G");
    assert_int_equal(newer_below(d), 0);
    ax_desk_keys(d, "g");
    while (!d->state.log_dropped)
        ax_desk_score(d, 1, 0.1);
    shown = d->state.log_dropped + d->state.n_log - newer_below(d);
    assert_int_equal(shown, d->ui.layout.pane[AX_VIEW_LOG].rows - 2); /* its first line has just been dropped */
    for (int i = 0; i < 1000; i++)
        ax_desk_score(d, 1, 0.1);
    assert_int_equal(d->state.n_log, AX_STATE_LOG);
    assert_int_equal(d->state.n_log - newer_below(d),
                     d->ui.layout.pane[AX_VIEW_LOG].rows - 2 - 1); /* and one for the notice that lines were dropped */
    for (uint32_t i = 1; i < d->state.n_log; i++)
        assert_true(ax_state_log(&d->state, i)->at >= ax_state_log(&d->state, i - 1)->at);
}

/* The candidate of the log line at the cursor. */
static uint32_t of_the_line(ax_desk *d)
{
    ax_desk_keys(d, "\r");
    uint32_t id = ax_ui_selection(&d->ui)->selected;
    assert_int_equal(d->ui.view, AX_VIEW_CELL);
    ax_desk_keys(d, "6");
    return id;
}

static void the_log_is_searched(void **state)
{
    ax_desk *d = *state;
    ax_ui_arrange(&d->ui, 24, 80);
    ax_desk_keys(d, "6/NoThIng has this\r");
    assert_non_null(strstr(d->ui.message, "no line has it"));
    ax_desk_score(d, 3, 0.1234);
    ax_desk_score(d, 1, 0.1234);
    ax_desk_score(d, 2, 0.1235);
    ax_desk_keys(d,
                 "/REWARD .1234\r"); /* the older of two matching lines: the search wraps around from the newest line */
    assert_int_equal(of_the_line(d), 3);
    ax_desk_keys(d, "n");
    assert_int_equal(of_the_line(d), 1);
    ax_desk_keys(d, "n");
    assert_non_null(strstr(d->ui.message, "around the end"));
    assert_int_equal(of_the_line(d), 3);
    ax_desk_keys(d, "N");
    assert_int_equal(of_the_line(d), 1);
    ax_desk_keys(d, "Nk/\r"); /* the same from another line */
    assert_int_equal(of_the_line(d), 3);
    ax_desk_keys(d, "/.1235\rn");
    assert_non_null(strstr(d->ui.message, "no other line"));
    assert_int_equal(of_the_line(d), 2);
    ax_desk_keys(d, "\x1bn"); /* Esc ends the search first, and doesn't leave the view */
    assert_int_equal(d->ui.view, AX_VIEW_LOG);
    assert_non_null(strstr(d->ui.message, "nothing to look for"));
    assert_int_equal(ax_ui_selection(&d->ui)->filter.n, 0);
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(ax_desk_set_up, ax_desk_tear_down, the_log_holds_still_while_it_is_read,
                                the_log_is_searched);
}
