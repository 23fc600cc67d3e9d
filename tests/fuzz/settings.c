/* run.ini: settings that could be read are written, and read back the same. */
#include "engine/config/settings.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>

static void comes_back(const ax_settings *s)
{
    static char dir[FUZZ_PATH];
    ax_settings back;
    if (!dir[0])
        fuzz_folder(dir);
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || ax_settings_write(s, fd, "run.ini", NULL) != AX_OK ||
        ax_settings_preset(&back, "cpu", NULL) != AX_OK || ax_settings_read(&back, fd, "run.ini", NULL) != AX_OK ||
        memcmp(s, &back, sizeof back) != 0)
        abort();
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ax_settings s;
    ax_err err = { AX_OK, "" };
    char path[64];
    int fd = fuzz_file(data, size, path);
    if (ax_settings_preset(&s, "demo", &err) != AX_OK)
        abort();
    ax_code code = ax_settings_read(&s, AT_FDCWD, path, &err);
    fuzz_said_why(code, &err);
    if (code == AX_OK)
        comes_back(&s);
    close(fd);
    return 0;
}
