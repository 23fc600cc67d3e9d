#include "engine/command/device_note.h"

#include "engine/base/out.h"

#include <unistd.h>

void ax_command_device_note(const char *note)
{
    if (note[0] && isatty(STDERR_FILENO))
        ax_complain("device auto is the CPU: %s", note);
}
