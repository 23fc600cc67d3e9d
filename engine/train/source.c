#include "engine/train/source.h"

#include <stdlib.h>

void ax_sample_release(ax_sample *s)
{
    free(s->image);
    free(s->truth);
    *s = (ax_sample) { 0 };
}

void ax_image_mirror(float *image, int32_t h, int32_t w)
{
    for (int32_t y = 0; y < h; y++, image += (size_t)w * 3)
        for (int32_t x = 0; x < w / 2; x++) {
            float *left = image + (size_t)x * 3, *right = image + (size_t)(w - 1 - x) * 3;
            for (int c = 0; c < 3; c++) {
                float kept = left[c];
                left[c] = right[c];
                right[c] = kept;
            }
        }
}

ax_code ax_source_failed(ax_code code, ax_err *err)
{
    if (code == AX_EIO || code == AX_EFORMAT)
        code = AX_EDATA;
    if (err && code != AX_OK)
        err->code = code;
    return code;
}
