/* The keys, from the table of actions. */
#include "tui/view/view.h"

void ax_draw_help(ax_pane p, const ax_ui *ui)
{
    static const char *const extra[][2] = {
        { "1 - 6", "the views" },
        { "Esc", "clears the filter; then: the overview, and the best one selected" },
    };
    enum { EXTRA = sizeof extra / sizeof *extra, ALL = AX_ACTION_COUNT + EXTRA };
    ax_pane_clear(p);
    ax_pane_frame(p, true, "keys", "any key: back");
    ax_pane inner = ax_pane_inner(p);
    int rows = inner.at.rows, columns = ALL > rows && inner.at.cols >= 150 ? 2 : 1;
    int need = (ALL + columns - 1) / columns, last = need > rows ? need - rows : 0;
    int first = ui->help_first < 0 ? 0 : ui->help_first > last ? last : ui->help_first;
    for (int i = 0; i < ALL; i++) {
        int row = i % need - first, col = i / need * (inner.at.cols / 2);
        const char *label = i < EXTRA ? extra[i][0] : ax_actions[i - EXTRA].label;
        const char *help = i < EXTRA ? extra[i][1] : ax_actions[i - EXTRA].help;
        ax_pane_print_right(inner, row, col + 9, AX_ROLE_KEY, label);
        ax_pane_print_cut(inner, row, col + 11, inner.at.cols / columns - 12, AX_ROLE_TEXT, help);
    }
}
