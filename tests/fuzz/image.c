/* Pictures and masks of data sets: PNG and JPEG. */
#include "data/image.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *pixels = NULL;
    ax_mask mask;
    int32_t h, w;
    ax_err err = { AX_OK, "" };
    ax_code code = ax_picture_decode(data, size, "fuzz", &pixels, &h, &w, &err);
    fuzz_said_why(code, &err);
    if (code == AX_OK)
        free(pixels);
    err = (ax_err) { AX_OK, "" };
    code = ax_mask_decode(data, size, "fuzz", &mask, &err);
    fuzz_said_why(code, &err);
    if (code == AX_OK)
        free(mask.bytes);
    return 0;
}
