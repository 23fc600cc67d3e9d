/* The history of the prompts in a file: $XDG_STATE_HOME/auxcell/prompts. */
#ifndef AX_TUI_REMEMBER_H
#define AX_TUI_REMEMBER_H

#include "tui/ui/recall.h"

/* Reads the file; a missing one is empty. AX_EIO, AX_EFORMAT. */
ax_code ax_remember_read(ax_recall *r, ax_err *err);
/* Writes the file. Lines that other viewers have added meanwhile stay, and count as older than those of r. */
ax_code ax_remember_write(const ax_recall *r, ax_err *err);

#endif
