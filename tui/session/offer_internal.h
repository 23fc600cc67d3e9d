/* What the list of runs and its comparison share. */
#ifndef AX_TUI_OFFER_INTERNAL_H
#define AX_TUI_OFFER_INTERNAL_H

#include "tui/term/term.h"
#include "tui/view/offer.h"

/* Waits for a key, so many seconds at most; 0 = draw again, -1 = the terminal is gone. */
long ax_offer_key(ax_term *term, double wait);
/* Reads what a run that isn't read yet came to, the selected one first; false: all are. */
bool ax_offer_read(ax_offers *list);
/* Removes the run's directory. AX_EBUSY: its engine runs; AX_EIO. */
ax_code ax_offer_remove(const ax_offer_item *item, ax_err *err);
/* Shows the marked runs, else the selected one, in one plot, until a key leaves it. False: the terminal is gone. */
bool ax_offer_compare(ax_term *term, ax_canvas *canvas, const ax_offers *list);

#endif
