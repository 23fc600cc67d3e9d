/* Text that is looked for in the log: what of a line counts, and where it is in it. Pure. */
#ifndef AX_TUI_LOG_SEARCH_H
#define AX_TUI_LOG_SEARCH_H

#include "engine/wire/state.h"

/* Whether "WORD #ID TEXT" of a line has the text, whatever the case; "" is in none. */
bool ax_log_has(const ax_log_line *line, const char *text);
/* Where text is next in a string, from byte `from` on; -1 = nowhere. */
int ax_log_find(const char *in, int from, const char *text);

#endif
