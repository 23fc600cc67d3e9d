#include "engine/command/device_note.h"

#include "engine/base/out.h"

#include <unistd.h>

void ax_command_device_note(const char *note)
{
    if (note[0] && isatty(STDERR_FILENO))
        ax_complain("device auto is the CPU: %s", note);
}

void ax_command_device_notices(const ax_backend *be, ax_device *dev)
{
    char text[400];
    while (be->notice && be->notice(dev, text, sizeof text))
        ax_complain("%s", text);
}
