/* The two screens of the program: one run, and the list of all runs. */
#ifndef AX_TUI_SCREENS_H
#define AX_TUI_SCREENS_H

#include "engine/base/str.h"
#include "tui/term/term.h"
#include "tui/session/attach.h"

/* Shows the run until the user leaves; farewell gets the text to print then. The terminal stays the caller's. */
ax_code ax_session(ax_term *term, const char *path, const ax_tui_options *o, ax_str *farewell, ax_err *err);

typedef enum ax_offer { AX_OFFER_LEAVE, AX_OFFER_RUN, AX_OFFER_RESUME, AX_OFFER_DEMO } ax_offer;
/* Lists all runs and lets the user choose; path gets the chosen run. */
ax_offer ax_offer_choose(ax_term *term, const ax_tui_options *o, char *path, size_t cap, ax_err *err);
/* The newest run with a running engine; false = none. */
bool ax_offer_live(char *path, size_t cap);

#endif
