/* Moving among candidates: to the next one found, to another to compare with. Pure. */
#ifndef AX_TUI_FIND_H
#define AX_TUI_FIND_H

#include "tui/ui/ui.h"

/* Goes to the next row (by -1: the one before) that passes ui->find, around the ends; says so when there is none. */
void ax_ui_find(ax_ui *ui, int by);
/* Opens the comparison of the selected candidate: with a marked one, what it was made from, or the best. */
void ax_ui_compare(ax_ui *ui);

#endif
