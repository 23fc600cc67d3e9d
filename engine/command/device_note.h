/* Messages about the device, for users. */
#ifndef AX_COMMAND_DEVICE_NOTE_H
#define AX_COMMAND_DEVICE_NOTE_H

#include "engine/op/backend.h"

/* Prints "auxcell: device auto is the CPU: NOTE" on stderr if that is a terminal (scripts see the device in the
   results) and ax_device_open's note isn't empty. */
void ax_command_device_note(const char *note);

/* Prints the device's messages as lines on stderr. */
void ax_command_device_notices(const ax_backend *be, ax_device *dev);

#endif
