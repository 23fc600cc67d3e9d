/* An event as a line that a person reads. */
#ifndef AX_WIRE_NARRATE_H
#define AX_WIRE_NARRATE_H

#include "engine/wire/event.h"

/* Without time and id, which have columns of their own; "" for what is no news (progress, queue positions). */
void ax_event_narrate(const ax_event *ev, char text[static AX_EVENT_TEXT]);
/* What people call it, beside that line; a LOG has its level instead. */
const char *ax_event_word(ax_event_kind kind);
/* ".6904", "1.0000", "-" for NAN: as the screens show shares. */
const char *ax_share_text(double v, int digits, char buf[static 16]);

#endif
