/* Beside what the strategy prefers: how its learning went, the gate, what was known before. */
#ifndef AX_TUI_LEARNING_H
#define AX_TUI_LEARNING_H

#include "tui/ui/ui.h"
#include "viz/canvas.h"

/* One line: the gate and the selected candidate's chance, duplicates, the newest update. */
void ax_learning_facts(ax_pane p, int row, const ax_ui *ui);
/* Baseline, advantage and share of clipped ratios over the updates, side by side where there is room; what the strategy
   doesn't have is left out. AX_ENOMEM. */
ax_code ax_learning_plots(ax_pane p, const ax_ui *ui, ax_err *err);

#endif
