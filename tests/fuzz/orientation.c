/* EXIF data of a picture. The bytes end where their allocation ends. */
#include "data/orientation.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int orientation = ax_orientation_of(data, size);
    if (orientation < 0 || orientation > 8)
        abort();
    return 0;
}
