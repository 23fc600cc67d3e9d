/* A list of CamVid, and the files that it names. */
#include "data/open.h"
#include "data/png_write.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char dir[FUZZ_PATH];
    ax_err err = { AX_OK, "" };
    char name[8], spec[FUZZ_PATH + 8];
    if (!dir[0]) {
        fuzz_folder(dir);
        static const uint8_t pixels[3 * 32 * 32], palette[1][3];
        char path[FUZZ_PATH + 8];
        fuzz_put(dir, "val.txt", "i.png m.png\n", 12);
        snprintf(path, sizeof path, "%s/i.png", dir); /* the data set is opened with both */
        if (ax_picture_write(path, pixels, 32, 32, NULL) != AX_OK)
            abort();
        snprintf(path, sizeof path, "%s/m.png", dir);
        if (ax_mask_write(path, pixels, 32, 32, palette, 1, NULL) != AX_OK)
            abort();
    }
    fuzz_put(dir, "train.txt", data, size);
    snprintf(spec, sizeof spec, "camvid:%s", dir);
    ax_source *s = ax_source_open(spec, "", &err);
    if (!s) {
        fuzz_said_why(err.code, &err);
        return 0;
    }
    for (uint64_t i = 0; i < s->info.n_train; i++)
        s->ops->name(s, AX_SPLIT_TRAIN, i, name, sizeof name);
    s->ops->close(s);
    return 0;
}
