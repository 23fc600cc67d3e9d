/* LabelMe's JSON of one image, and the class map of its shapes. */
#include "data/labelme_shapes.h"
#include "data/polygon.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int fd = fuzz_file(data, size, path);
    ax_err err = { AX_OK, "" };
    ax_labelme l;
    static uint8_t mask[48 * 64];
    ax_code code = ax_labelme_read(&l, path, &err);
    fuzz_said_why(code, &err);
    for (size_t i = 0; code == AX_OK && i < l.n; i++) {
        const ax_labelme_shape *s = &l.shape[i];
        if (!s->label[0] || s->n % 2 || s->first + s->n > l.numbers)
            abort();
        fuzz_said_why(ax_polygon_add(l.number + s->first, s->n, 48, 64, mask, &err), &err);
    }
    ax_labelme_release(&l);
    close(fd);
    return 0;
}
