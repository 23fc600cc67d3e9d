/* A mask of CamVid, which is its own image, so that their sizes agree. */
#include "data/open.h"
#include "data/png_write.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char dir[FUZZ_PATH];
    static ax_source *source;
    ax_err err = { AX_OK, "" };
    if (!source) {
        char set[FUZZ_PATH + 8];
        fuzz_folder(dir);
        fuzz_put(dir, "train.txt", "m.png m.png\n", 12);
        fuzz_put(dir, "val.txt", "m.png m.png\n", 12);
        static const uint8_t mask[32 * 32], palette[1][3];
        char path[FUZZ_PATH + 8];
        snprintf(path, sizeof path, "%s/m.png", dir); /* opening the data set reads it */
        if (ax_mask_write(path, mask, 32, 32, palette, 1, NULL) != AX_OK)
            abort();
        snprintf(set, sizeof set, "camvid:%s", dir);
        source = ax_source_open(set, "", &err);
        if (!source)
            abort();
    }
    fuzz_put(dir, "m.png", data, size);
    ax_sample_spec spec = { .split = AX_SPLIT_TRAIN, .h = 32, .w = 32, .scale_min = 1, .scale_max = 1 };
    ax_sample sample;
    ax_code code = source->ops->sample(source, &spec, 0, &sample, &err);
    fuzz_said_why(code, &err);
    if (code != AX_OK)
        return 0;
    for (int i = 0; i < 32 * 32; i++)
        if (((uint8_t *)sample.truth)[i] >= source->info.task.outputs && ((uint8_t *)sample.truth)[i] != 255)
            abort();
    ax_sample_release(&sample);
    return 0;
}
