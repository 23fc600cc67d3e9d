/* Searching the log: which lines contain a text, and where. Pure. */
#ifndef AX_TUI_LOG_SEARCH_H
#define AX_TUI_LOG_SEARCH_H

#include "engine/wire/state.h"

/* Whether a line, as "WORD #ID TEXT", contains the text, in any case; "" is in none. */
bool ax_log_has(const ax_log_line *line, const char *text);
/* Offset of text in a string, from byte `from` on; -1 = it isn't there. */
int ax_log_find(const char *in, int from, const char *text);

#endif
