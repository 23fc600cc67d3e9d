/* The state of the log view, and what its files share. */
#ifndef AX_TUI_LOG_VIEW_H
#define AX_TUI_LOG_VIEW_H

#include "tui/ui/asking.h"
#include "tui/ui/ui.h"

/* Which lines are shown: all, news, trouble, or those of a candidate. */
typedef enum ax_log_which { AX_LOG_ALL, AX_LOG_NEWS, AX_LOG_TROUBLE, AX_LOG_SELECTED, AX_LOG_WHICH } ax_log_which;

typedef struct ax_log_shown {
    ax_log_which which;
    uint32_t of;                    /* candidate of AX_LOG_SELECTED */
    uint32_t up;                    /* place of the cursor: lines above the last one shown */
    uint32_t back;                  /* lines between the newest and the last one shown; 0 = follows */
    char search[AX_PROMPT_TEXT];    /* text of the last search; "" = none */
    uint64_t lines;                 /* lines that there were when `back` was set */
    uint32_t n, line[AX_STATE_LOG]; /* the lines that are shown, as ax_log_pick chose them */
} ax_log_shown;

/* Chooses the lines that are shown: fills here->line with their indices, the oldest first. */
void ax_log_pick(const ax_ui *ui, ax_log_shown *here);
/* Draws the view; as ax_view.draw. */
ax_code ax_log_draw(ax_pane p, const ax_ui *ui, ax_err *err);

#endif
