/* The screens without a screen, for readers of speech and for logs: a line for what happens, commands and keys as
 * lines.
 */
#ifndef AX_TUI_PLAIN_H
#define AX_TUI_PLAIN_H

#include "tui/ui/ui.h"

typedef struct ax_plain {
    uint64_t told;    /* lines of the log */
    uint32_t at;      /* candidate that was said to be selected */
    bool begun, open; /* the run was introduced; input has not ended */
    char line[AX_PROMPT_TEXT];
    size_t n;
} ax_plain;

/* Prints what is new: lines of the log, the message, the selected candidate. */
void ax_plain_tell(ax_plain *p, ax_ui *ui);
/* Reads input that is there, and does what its lines say; pressed: after each key or command. */
void ax_plain_take(ax_plain *p, ax_ui *ui, void (*pressed)(void *context), void *context);

#endif
