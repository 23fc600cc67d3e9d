/* Masks of a candidate as PNG files. */
#ifndef AX_TUI_MASKS_H
#define AX_TUI_MASKS_H

#include "tui/client/runs.h"

/* Writes RUN/export/ID-K.png (palette, index = class id) for each validation image kept and prints the names, after
   `what` they are. A candidate without masks is no error: nothing is written. */
ax_code ax_masks_export(const ax_run_handle *run, const ax_candidate *c, const char *what, ax_err *err);

#endif
