#include "engine/task/segmentation/labels.h"

#include <stddef.h>

void ax_labels_shrink(const uint8_t *labels, int32_t h, int32_t w, uint8_t *out, int32_t oh, int32_t ow)
{
    for (int32_t y = 0; y < oh; y++) {
        const uint8_t *row = labels + (size_t)((2 * (int64_t)y + 1) * h / (2 * (int64_t)oh)) * (size_t)w;
        for (int32_t x = 0; x < ow; x++)
            out[(size_t)y * (size_t)ow + (size_t)x] = row[(2 * (int64_t)x + 1) * w / (2 * (int64_t)ow)];
    }
}
