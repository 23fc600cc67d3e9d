/* Unchecked outlines: any doubles, on an image of any small size. */
#include "data/polygon.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    int32_t h = data[0] % 64, w = data[1] % 64;
    size_t n = (size - 2) / sizeof(double);
    double *xy = malloc((n + 1) * sizeof *xy);
    uint8_t *mask = calloc((size_t)h * (size_t)w + 1, 1);
    ax_err err = { AX_OK, "" };
    if (!xy || !mask)
        abort();
    memcpy(xy, data + 2, n * sizeof *xy);
    ax_code code = ax_polygon_add(xy, n, h, w, mask, &err);
    fuzz_said_why(code, &err);
    for (int32_t i = 0; i < h * w; i++)
        if (mask[i] > 1 || (code != AX_OK && mask[i]))
            abort();
    free(xy);
    free(mask);
    return 0;
}
