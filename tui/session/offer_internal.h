/* What the list of runs and its comparison share. */
#ifndef AX_TUI_OFFER_INTERNAL_H
#define AX_TUI_OFFER_INTERNAL_H

#include "tui/term/term.h"
#include "tui/view/offer.h"

/* Waits for a key, for a while; 0 = draw again, -1 = the terminal is gone. */
long ax_offer_key(ax_term *term);
/* Shows the marked runs, else the selected one, in one plot, until a key leaves it. False: the terminal is gone. */
bool ax_offer_compare(ax_term *term, ax_canvas *canvas, const ax_offers *list);

#endif
