/* The decisions of a search space, a row for each: how likely the strategy is to take each choice, how sure it is, and
   what has gained most since the start. */
#ifndef AX_TUI_PREFERENCES_H
#define AX_TUI_PREFERENCES_H

#include "tui/ui/ui.h"
#include "viz/canvas.h"

/* Number of choices of the decision that has most: columns of the rows below. */
int ax_preferences_most(const ax_space *s);
/* Draws the heading of the columns, or decision d; most: columns of choices. */
void ax_preferences_heading(ax_pane p, int row, int most);
void ax_preferences_decision(ax_pane p, int row, const ax_ui *ui, unsigned d, int most);
/* Draws "0 conv1x1 1 conv3x3 ..." for the first decision whose values have names. Returns the row below; a pane without
   rows measures. */
int ax_preferences_names(ax_pane p, int row, const ax_space *s, int cols);

#endif
