/* An editor for one line of text. */
#ifndef AX_TUI_PROMPT_H
#define AX_TUI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { AX_PROMPT_TEXT = 200 };
typedef struct ax_prompt {
    char text[AX_PROMPT_TEXT]; /* UTF-8 */
    size_t len, at;            /* len: bytes of the text; at: the cursor's offset */
    bool full;                 /* text was dropped for lack of room, which was not reported yet */
} ax_prompt;

typedef enum ax_typed { AX_TYPED, AX_UNKNOWN, AX_ACCEPTED, AX_DROPPED } ax_typed;
void ax_prompt_start(ax_prompt *p, const char *text);
/* Enter accepts; Escape cancels, and so does Backspace on an empty line. Ctrl-A/E/U/W/K and the arrows edit.
   UNKNOWN: the key means nothing. */
ax_typed ax_prompt_key(ax_prompt *p, uint32_t key);
/* Inserts text, UTF-8 without control characters, as far as there is room. */
void ax_prompt_paste(ax_prompt *p, const char *text);

#endif
