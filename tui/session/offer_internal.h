/* Functions that the list of runs and its comparison share. */
#ifndef AX_TUI_OFFER_INTERNAL_H
#define AX_TUI_OFFER_INTERNAL_H

#include "tui/term/term.h"
#include "tui/view/offer.h"

/* Waits for a key for at most so many seconds. Returns the key, 0 to draw again, -1 when the terminal is gone. */
long ax_offer_key(ax_term *term, double wait);
/* Reads one run whose results aren't known yet, the selected run first. False: all are known. */
bool ax_offer_read(ax_offers *list);
/* Removes the run's directory. AX_EBUSY: its engine runs; AX_EIO. */
ax_code ax_offer_remove(const ax_offer_item *item, ax_err *err);
/* Shows the marked runs (without marks the selected one) in one plot until a key closes it. False: the terminal is
   gone. */
bool ax_offer_compare(ax_term *term, ax_canvas *canvas, const ax_offers *list);

#endif
