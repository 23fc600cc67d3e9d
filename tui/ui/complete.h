/* Completion in prompts: commands, candidates, decisions, columns, settings, names of filters. */
#ifndef AX_TUI_COMPLETE_H
#define AX_TUI_COMPLETE_H

#include "tui/ui/asking.h"

/* Extends the word before the cursor as far as all matching words agree. False: it is unchanged, since there are
   several, or none. */
bool ax_complete(const struct ax_ui *ui, ax_asking what, ax_prompt *line);
/* Lists the words that match the one before the cursor, with blanks between them, as many as fit into out. */
void ax_complete_list(const struct ax_ui *ui, ax_asking what, const ax_prompt *line, char *out, size_t cap);

#endif
