/* Part of the view of the policy: how learning went, the gate, and duplicates. */
#ifndef AX_TUI_LEARNING_H
#define AX_TUI_LEARNING_H

#include "tui/ui/ui.h"
#include "viz/canvas.h"

/* One line: the gate and the selected candidate's chance, duplicates, the newest update. */
void ax_learning_facts(ax_pane p, int row, const ax_ui *ui);
/* Draws baseline, advantage and fraction of clipped ratios over the updates, side by side where there is room; figures
   that the strategy lacks are left out. AX_ENOMEM. */
ax_code ax_learning_plots(ax_pane p, const ax_ui *ui, ax_err *err);

#endif
