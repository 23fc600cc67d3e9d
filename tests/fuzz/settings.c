/* run.ini. */
#include "engine/config/settings.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ax_settings s;
    ax_err err = { AX_OK, "" };
    char path[64];
    int fd = fuzz_file(data, size, path);
    if (ax_settings_preset(&s, "demo", &err) != AX_OK)
        abort();
    fuzz_said_why(ax_settings_read(&s, AT_FDCWD, path, &err), &err);
    close(fd);
    return 0;
}
