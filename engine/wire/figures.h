/* The figures that PROPOSED and SCORED say of a candidate, to and from what is known of it. */
#ifndef AX_WIRE_FIGURES_H
#define AX_WIRE_FIGURES_H

#include "engine/candidate/outcome.h"
#include "engine/wire/event.h"

/* Takes into *o what the event says; other kinds say nothing. */
void ax_event_figures(const ax_event *ev, ax_outcome *o);
/* Fills in the figures of an event of either kind. */
void ax_event_say_figures(ax_event *ev, const ax_outcome *o);

#endif
