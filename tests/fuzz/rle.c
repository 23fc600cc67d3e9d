/* A mask of COCO as a compressed string, and its numbers as a polygon and as counts. */
#include "data/polygon.h"
#include "data/rle.h"
#include "tests/fuzz/fuzz.h"

enum { H = 17, W = 23, MOST = 512 };

static void fuzz_bits(const uint8_t *mask)
{
    for (int i = 0; i < H * W; i++)
        if (mask[i] > 1)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t mask[H * W] = { 0 };
    double number[MOST];
    ax_err err = { AX_OK, "" };
    ax_code code = ax_rle_decode_string((const char *)data, size, H, W, mask, &err);
    fuzz_said_why(code, &err);
    fuzz_bits(mask);
    size_t n = size / sizeof(double) < MOST ? size / sizeof(double) : MOST;
    memcpy(number, data, n * sizeof(double));
    code = ax_rle_decode(number, n, H, W, mask, &err);
    fuzz_said_why(code, &err);
    fuzz_bits(mask);
    code = ax_polygon_add(number, n, H, W, mask, &err);
    fuzz_said_why(code, &err);
    fuzz_bits(mask);
    return 0;
}
