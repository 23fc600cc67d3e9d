#include "data/objects.h"

#include <stdlib.h>
#include <string.h>

/* Where objects overlap, the smallest is on top: owner {n} has the size of the object at each pixel. */
static void paint(const uint8_t *mask, uint8_t class, size_t n, uint32_t *owner, uint8_t *classes)
{
    uint32_t size = 0;
    for (size_t i = 0; i < n; i++)
        size += mask[i] != 0;
    for (size_t i = 0; i < n; i++)
        if (mask[i] && size <= owner[i]) {
            owner[i] = size;
            classes[i] = class;
        }
}

ax_code ax_objects_paint(size_t n, ax_objects_draw draw, void *context, uint8_t background, int32_t h, int32_t w,
                         uint8_t *classes, ax_err *err)
{
    size_t pixels = (size_t)h * (size_t)w;
    memset(classes, background, pixels);
    if (!n)
        return AX_OK;
    uint8_t *mask = malloc(pixels), class = background;
    uint32_t *owner = malloc(pixels * sizeof *owner);
    ax_code code = mask && owner ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for objects of %dx%d pixels", w, h);
    if (code == AX_OK)
        memset(owner, 0xff, pixels * sizeof *owner);
    for (size_t i = 0; i < n && code == AX_OK; i++) {
        memset(mask, 0, pixels);
        code = draw(context, i, h, w, mask, &class, err);
        if (code == AX_OK)
            paint(mask, class, pixels, owner, classes);
    }
    free(owner);
    free(mask);
    return code;
}
