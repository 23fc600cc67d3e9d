/* Describes an event as one line of text for users. */
#ifndef AX_WIRE_NARRATE_H
#define AX_WIRE_NARRATE_H

#include "engine/wire/event.h"

/* The line, without time and id, which have columns of their own; "" for events that aren't news (progress, queue
   positions). */
void ax_event_narrate(const ax_event *ev, char text[static AX_EVENT_TEXT]);
/* The message of a failure, without its cause where it begins with that ("memory: ..."). */
const char *ax_event_failure(const ax_event *ev);
/* The event's name for users, shown beside the line; for a LOG its level. */
const char *ax_event_word(ax_event_kind kind);
/* ".6904", "1.0000", "-" for NAN: the screens' format of shares. */
const char *ax_share_text(double v, int digits, char buf[static 16]);

#endif
