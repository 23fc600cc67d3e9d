/* What `--device auto` came to, for a person. */
#ifndef AX_COMMAND_DEVICE_NOTE_H
#define AX_COMMAND_DEVICE_NOTE_H

#include "engine/op/backend.h"

/* "auxcell: device auto is the CPU: NOTE" on stderr, where that is a terminal (scripts see the device in the results),
   unless the note of ax_device_open is empty. */
void ax_command_device_note(const char *note);

/* What the device has to say for itself, as lines of stderr. */
void ax_command_device_notices(const ax_backend *be, ax_device *dev);

#endif
