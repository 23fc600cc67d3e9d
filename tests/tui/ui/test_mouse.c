/* The mouse without a terminal: clicks, the wheel, and drags in the plots. */
#include "tests/helper/desk.h"
#include "tests/helper/suite.h"
#include "tui/view/view.h"

#include <stdlib.h>
#include <string.h>

static void the_mouse_chooses(void **state)
{
    ax_desk *d = *state;
    ax_ui_arrange(&d->ui, 24, 80);
    uint32_t first = ax_ui_selection(&d->ui)->first;
    int row = d->ui.layout.pane[AX_VIEW_TABLE].row + 1 + 2;
    ax_ui_mouse(&d->ui, 0, row, 10);
    assert_int_equal(ax_ui_selection(&d->ui)->selected, ax_ui_selection(&d->ui)->rows.id[first + 2]);
    ax_ui_mouse(&d->ui, 0, row, 10); /* a second click opens it */
    assert_int_equal(d->ui.view, AX_VIEW_CELL);
    ax_ui_mouse(&d->ui, 0, 1, 14); /* " 1 Overview  2 Table " */
    assert_int_equal(d->ui.view, AX_VIEW_TABLE);
    ax_ui_arrange(&d->ui, 24, 80);
    uint32_t before = ax_ui_selection(&d->ui)->selected;
    ax_ui_mouse(&d->ui, 65, 10, 10);
    long at = ax_rows_find(&ax_ui_selection(&d->ui)->rows, before);
    assert_int_equal(ax_ui_selection(&d->ui)->selected, ax_ui_selection(&d->ui)->rows.id[at + 3]);
    ax_ui_mouse(&d->ui, 0, 23, 3); /* a click on the hints does nothing */
    ax_ui_mouse(&d->ui, 2, 10, 3); /* another button does nothing */
    assert_int_equal(ax_ui_selection(&d->ui)->selected, ax_ui_selection(&d->ui)->rows.id[at + 3]);
    assert_false(d->ui.mouse);
    ax_desk_keys(d, "%");
    assert_true(d->ui.mouse);
}

/* The selected candidate's place in the order of scores. */
static long place_of_selected(const ax_desk *d)
{
    long i = (long)d->state.n_scored - 1;
    while (i >= 0 && d->state.scored[i] != ax_ui_selection(&d->ui)->selected)
        i--;
    return i;
}

static void draw_once(ax_desk *d, ax_str *out)
{
    ax_canvas c;
    int cursor;
    ax_canvas_init(&c, &ax_glyphs_unicode);
    assert_int_equal(ax_canvas_resize(&c, 48, 160, NULL), AX_OK);
    ax_ui_arrange(&d->ui, 48, 160);
    assert_int_equal(ax_draw_screen(&c, &d->ui, &cursor, NULL), AX_OK);
    out->len = 0;
    ax_canvas_text(&c, out);
    ax_canvas_release(&c);
}

static void the_mouse_is_dragged_in_the_curve(void **state)
{
    ax_desk *d = *state;
    ax_str out;
    ax_str_init(&out, 0);
    draw_once(d, &out); /* a plot that hasn't been drawn has no positions */
    ax_rect p = d->ui.layout.pane[AX_VIEW_REWARD];
    long n = (long)d->state.n_scored;
    assert_true(n > 4 && p.rows > 0);
    ax_ui_mouse(&d->ui, 0, p.row + 3, p.col + 1 + 6); /* the first column to the right of the axis */
    assert_int_equal(place_of_selected(d), 0);
    ax_ui_mouse(&d->ui, 32, p.row + 3, p.col + p.cols + 20); /* outside the pane the drag goes on */
    assert_int_equal(place_of_selected(d), n - 1);
    ax_ui_mouse(&d->ui, 32, p.row + 3, p.col + 1 + 6 + 1);
    ax_ui_mouse(&d->ui, AX_MOUSE_RELEASE, p.row + 3, p.col + 1 + 6 + 1);
    draw_once(d, &out);
    assert_null(strstr(out.text, "0: all")); /* a drag of one column selects no range */
    long at = place_of_selected(d);
    ax_ui_mouse(&d->ui, 32, p.row + 3, p.col + p.cols - 3); /* after the release the mouse moves nothing */
    assert_int_equal(place_of_selected(d), at);
    ax_ui_mouse(&d->ui, 0, p.row + 3, p.col + p.cols / 2);
    ax_ui_mouse(&d->ui, 32, p.row + 3, p.col + 1 + 6);
    ax_ui_mouse(&d->ui, AX_MOUSE_RELEASE, p.row + 3, p.col + 1 + 6);
    draw_once(d, &out);
    const char *title = strstr(out.text, "reward 0-");
    assert_non_null(title);
    assert_true(strtol(title + strlen("reward 0-"), NULL, 10) >= 8 && strstr(title, "0: all"));
    ax_str_release(&out);
}

static void the_mouse_is_dragged_in_the_front(void **state)
{
    ax_desk *d = *state;
    ax_str out;
    ax_str_init(&out, 0);
    draw_once(d, &out);
    ax_rect p = d->ui.layout.pane[AX_VIEW_PARETO];
    int64_t cost[2], least = INT64_MAX, most = 0;
    assert_true(p.rows > 0);
    for (uint32_t i = 0; i < d->state.n_scored; i++) {
        const ax_candidate *c = ax_state_candidate(&d->state, d->state.scored[i]);
        bool drawn = c->status != AX_PRUNED && c->status != AX_FAILED;
        least = drawn && c->outcome.params < least ? c->outcome.params : least;
        most = drawn && c->outcome.params > most ? c->outcome.params : most;
    }
    for (int i = 0; i < 2; i++) { /* far beyond the ends of the plot, so that only the cost decides */
        ax_ui_mouse(&d->ui, i ? 32 : 0, p.row + 3, i ? p.col + 9999 : p.col + 1);
        cost[i] = ax_ui_selected(&d->ui)->outcome.params;
    }
    assert_true(cost[0] < cost[1] && (double)cost[1] > 0.98 * (double)most && (double)cost[0] < 1.2 * (double)least);
    ax_ui_mouse(&d->ui, AX_MOUSE_RELEASE, p.row, p.col);
    ax_str_release(&out);
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(ax_desk_set_up, ax_desk_tear_down, the_mouse_chooses, the_mouse_is_dragged_in_the_curve,
                                the_mouse_is_dragged_in_the_front);
}
