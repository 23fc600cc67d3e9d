/* masks/ID.mpk. */
#include "engine/wire/maskfile.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ax_maskfile m = { 0 };
    ax_err err = { AX_OK, "" };
    char path[64];
    int fd = fuzz_file(data, size, path);
    fuzz_said_why(ax_maskfile_read(AT_FDCWD, path, &m, &err), &err);
    ax_maskfile_release(&m);
    close(fd);
    return 0;
}
