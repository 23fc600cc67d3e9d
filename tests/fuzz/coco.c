/* Annotations of COCO, and their masks. */
#include "data/coco_store.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int fd = fuzz_file(data, size, path);
    ax_err err = { AX_OK, "" };
    ax_coco c = { .images = 0 };
    ax_code code = ax_coco_read(&c, path, &err);
    fuzz_said_why(code, &err);
    for (size_t i = 0; code == AX_OK && i < c.images; i++) {
        const ax_coco_image *image = &c.image[i];
        if ((int64_t)image->h * image->w > 1 << 20)
            continue;
        uint8_t *mask = calloc((size_t)image->h, (size_t)image->w);
        if (!mask)
            abort();
        for (size_t k = 0; k < image->n; k++)
            fuzz_said_why(ax_coco_draw(&c, image->first + k, image->h, image->w, mask, &err), &err);
        free(mask);
    }
    ax_coco_release(&c);
    close(fd);
    return 0;
}
