/* Copies a candidate's figures between outcomes and the events PROPOSED and SCORED. */
#ifndef AX_WIRE_FIGURES_H
#define AX_WIRE_FIGURES_H

#include "engine/candidate/outcome.h"
#include "engine/wire/event.h"

/* Copies the figures of the event into *o; other kinds have none. */
void ax_event_figures(const ax_event *ev, ax_outcome *o);
/* Fills in the figures of an event of either kind. */
void ax_event_say_figures(ax_event *ev, const ax_outcome *o);

#endif
