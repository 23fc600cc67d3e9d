#include "data/orientation.h"

#include <stdbool.h>
#include <string.h>

/* Bytes of a file; bytes beyond the end read as 0. */
typedef struct tiff {
    const uint8_t *bytes;
    size_t n;
    bool big_endian;
} tiff;

static uint32_t number(const tiff *t, size_t at, size_t bytes)
{
    uint32_t v = 0;
    if (at > t->n || bytes > t->n - at)
        return 0;
    for (size_t i = 0; i < bytes; i++)
        v = v << 8 | t->bytes[t->big_endian ? at + i : at + bytes - 1 - i];
    return v;
}

int ax_orientation_of(const uint8_t *exif, size_t n)
{
    enum { TAG = 0x0112, SHORT = 3, LONG = 4, ENTRY = 12 };
    tiff t = { exif, n, n && exif[0] == 'M' };
    if (n < 8 || (memcmp(exif, "II", 2) != 0 && memcmp(exif, "MM", 2) != 0) || number(&t, 2, 2) != 42)
        return 0;
    size_t directory = number(&t, 4, 4), entries = number(&t, directory, 2);
    for (size_t i = 0; i < entries; i++) {
        size_t at = directory + 2 + ENTRY * i;
        if (number(&t, at, 2) != TAG)
            continue;
        uint32_t type = number(&t, at + 2, 2), count = number(&t, at + 4, 4);
        uint32_t value = type == SHORT ? number(&t, at + 8, 2) : type == LONG ? number(&t, at + 8, 4) : 0;
        return count == 1 && value <= 8 ? (int)value : 0;
    }
    return 0;
}

void ax_orientation_apply(int orientation, const uint8_t *from, int32_t h, int32_t w, int channels, uint8_t *to)
{
    /* where the first displayed pixel is stored, and the distances to the next one in its row and column */
    bool swaps = orientation >= 5;
    bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    ptrdiff_t right = from_right ? -channels : channels, down = (ptrdiff_t)w * (from_bottom ? -channels : channels);
    ptrdiff_t row =
        (from_right ? (ptrdiff_t)(w - 1) * channels : 0) + (from_bottom ? (ptrdiff_t)(h - 1) * w * channels : 0);
    int32_t rows = swaps ? w : h, columns = swaps ? h : w;
    for (int32_t y = 0; y < rows; y++, row += swaps ? right : down) {
        ptrdiff_t pixel = row;
        for (int32_t x = 0; x < columns; x++, pixel += swaps ? down : right, to += channels)
            memcpy(to, from + pixel, (size_t)channels);
    }
}
