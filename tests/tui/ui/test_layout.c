#include "tui/ui/layout.h"
#include "tests/helper/suite.h"

#include <string.h>

enum { ROWS = 120, COLS = 400 };

/* Each rectangle is on the screen and none overlaps another, for every size and view. */
TEST(all_sizes)
{
    for (int rows = 1; rows <= ROWS; rows++)
        for (int cols = 1; cols <= COLS; cols += cols < 200 ? 1 : 7)
            for (int view = 0; view < (cols % 5 ? 1 : AX_VIEW_COUNT); view++) {
                ax_layout l = ax_layout_of(rows, cols, (ax_view_id)view);
                ax_rect r[AX_LAYOUT_RECTS];
                ax_layout_list(&l, r);
                for (int i = 0; i < AX_LAYOUT_RECTS; i++) {
                    if (r[i].rows == 0 || r[i].cols == 0)
                        continue;
                    assert_true(r[i].rows > 0 && r[i].cols > 0 && r[i].row >= 0 && r[i].col >= 0);
                    assert_true(r[i].row + r[i].rows <= rows && r[i].col + r[i].cols <= cols);
                    for (int k = 0; k < i; k++) {
                        bool apart = r[k].rows == 0 || r[k].cols == 0 || r[i].row >= r[k].row + r[k].rows ||
                                     r[k].row >= r[i].row + r[i].rows || r[i].col >= r[k].col + r[k].cols ||
                                     r[k].col >= r[i].col + r[i].cols;
                        assert_true(apart);
                    }
                }
                /* there are no gaps either: from 60x16 on every cell belongs to a rectangle */
                if (rows < 16 || cols < 60 || cols > 200 || cols % 3)
                    continue;
                int covered = 0;
                for (int i = 0; i < AX_LAYOUT_RECTS; i++)
                    covered += r[i].rows * r[i].cols;
                assert_int_equal(covered, rows * cols);
            }
}

TEST(steps_of_size)
{
    ax_layout l = ax_layout_of(4, 80, AX_VIEW_OVERVIEW);
    assert_int_equal(l.status.rows, 1);
    assert_int_equal(l.pane[AX_VIEW_TABLE].rows + l.message.rows + l.tabs.rows, 0);
    l = ax_layout_of(15, 80, AX_VIEW_OVERVIEW);
    assert_int_equal(l.pane[AX_VIEW_TABLE].rows, 13);
    assert_int_equal(l.pane[AX_VIEW_REWARD].rows, 0);
    l = ax_layout_of(24, 80, AX_VIEW_OVERVIEW);
    assert_int_equal(l.pane[AX_VIEW_REWARD].rows, 14);
    assert_int_equal(l.pane[AX_VIEW_CELL].rows, 14);
    assert_int_equal(l.pane[AX_VIEW_TABLE].rows, 6);
    assert_int_equal(l.pane[AX_VIEW_PARETO].rows, 0);
    l = ax_layout_of(48, 160, AX_VIEW_OVERVIEW);
    assert_true(l.pane[AX_VIEW_PARETO].rows > 0 && l.pane[AX_VIEW_MASK].rows > 0 && l.pane[AX_VIEW_LOG].rows > 0 &&
                l.table_framed);
    assert_true(l.pane[AX_VIEW_CELL].rows >= 14 && l.pane[AX_VIEW_CELL].cols >= 40);
    l = ax_layout_of(24, 80, AX_VIEW_LOG);
    assert_int_equal(l.pane[AX_VIEW_LOG].rows, 20);
}

int main(void)
{
    return RUN_TESTS(all_sizes, steps_of_size);
}
