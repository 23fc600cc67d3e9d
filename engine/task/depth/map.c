#include "engine/task/depth/map.h"

#include <stddef.h>

/* The pixel, of n, that contains the centre of pixel i of `of`. */
static size_t nearest(int32_t i, int32_t n, int32_t of)
{
    return (size_t)((2 * (int64_t)i + 1) * n / (2 * (int64_t)of));
}

void ax_depth_resize(const float *in, int32_t h, int32_t w, float *out, int32_t oh, int32_t ow)
{
    for (int32_t y = 0; y < oh; y++) {
        const float *row = in + nearest(y, h, oh) * (size_t)w;
        for (int32_t x = 0; x < ow; x++)
            out[(size_t)y * (size_t)ow + (size_t)x] = row[nearest(x, w, ow)];
    }
}
