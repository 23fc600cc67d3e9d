/* The screens as lines of text, for screen readers and logs: one line for each thing that happens; commands and keys
   are lines of input. */
#ifndef AX_TUI_PLAIN_H
#define AX_TUI_PLAIN_H

#include "tui/ui/ui.h"

typedef struct ax_plain {
    uint64_t told;    /* lines of the log */
    uint32_t at;      /* the candidate that was announced as selected */
    bool begun, open; /* begun: the run was introduced; open: input has not ended */
    char line[AX_PROMPT_TEXT];
    size_t n;
} ax_plain;

/* Prints new lines of the log, a new message, and a newly selected candidate. */
void ax_plain_tell(ax_plain *p, ax_ui *ui);
/* Reads input that has come and does what its lines say; calls `pressed` after each key or command. */
void ax_plain_take(ax_plain *p, ax_ui *ui, void (*pressed)(void *context), void *context);

#endif
