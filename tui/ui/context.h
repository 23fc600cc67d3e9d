/* What has the keyboard: a stack of contexts with the views at the bottom and above them help, editor, comparison, a
   prompt, a question. A key goes to the topmost context, through the table of actions (tui/ui/action.h). Each context
   is a file in tui/view and an entry of AX_CONTEXT_LIST, with its own state in its slot of the UI. */
#ifndef AX_TUI_CONTEXT_H
#define AX_TUI_CONTEXT_H

#include "tui/ui/action.h"
#include "viz/canvas.h"

#include <stddef.h>

struct ax_ui;

typedef struct ax_context {
    size_t state; /* bytes of its slot in the UI (ui->context_slot), all zero at first */
    /* Whether the table's rows keep their order while it is open, since it is about what was on the screen. NULL:
       no. */
    bool (*holds)(const struct ax_ui *ui);
    /* Sets its state up. False: it can't be opened, and has said why. NULL: nothing to set up. */
    bool (*open)(struct ax_ui *ui);
    /* Does what an action means here. False: it means nothing here, and the views and the UI are asked. NULL: no action
       means anything. */
    bool (*action)(struct ax_ui *ui, ax_action a);
    /* Takes a key that has no action here. */
    void (*key)(struct ax_ui *ui, uint32_t key);
    /* Takes pasted text as one line of UTF-8; whole: none of it was dropped. NULL: pastes are ignored. */
    void (*paste)(struct ax_ui *ui, const char *line, bool whole);
    /* Draws over the panes. NULL: nothing. */
    void (*draw)(ax_pane panes, const struct ax_ui *ui);
    /* Draws the message line; returns the cursor's column, -1 = none. NULL: the context below draws it. */
    int (*message)(ax_pane line, const struct ax_ui *ui);
    void (*hints)(ax_pane line, const struct ax_ui *ui);
    /* Called when the state was read again: closes what is about a candidate that no longer exists. NULL: nothing to
       do. */
    void (*replaced)(struct ax_ui *ui);
} ax_context;

#define AX_CONTEXT_DECLARE(id, name) extern const ax_context ax_context_##name;
AX_CONTEXT_LIST(AX_CONTEXT_DECLARE)
extern const ax_context *const ax_contexts[AX_CONTEXT_COUNT];

/* Opens a context over the others; one that is open already moves to the top. */
void ax_ui_open(struct ax_ui *ui, ax_context_id id);
void ax_ui_close(struct ax_ui *ui, ax_context_id id);
bool ax_ui_is_open(const struct ax_ui *ui, ax_context_id id);
ax_context_id ax_ui_top(const struct ax_ui *ui);

#endif
