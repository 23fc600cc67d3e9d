/* What prompts recall, in a file: $XDG_STATE_HOME/auxcell/prompts. */
#ifndef AX_TUI_REMEMBER_H
#define AX_TUI_REMEMBER_H

#include "tui/ui/recall.h"

/* Reads it; no file is an empty one. AX_EIO, AX_EFORMAT. */
ax_code ax_remember_read(ax_recall *r, ax_err *err);
/* Writes it; what other viewers have added meanwhile stays, older than what is in r. */
ax_code ax_remember_write(const ax_recall *r, ax_err *err);

#endif
