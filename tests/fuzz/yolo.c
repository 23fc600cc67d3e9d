/* A text file of outlines, and its class map. */
#include "data/open.h"
#include "data/png_write.h"
#include "tests/fuzz/fuzz.h"

#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char dir[FUZZ_PATH];
    static const uint8_t rgb[3 * 32 * 32];
    char path[2 * FUZZ_PATH];
    ax_err err = { AX_OK, "" };
    if (!dir[0]) {
        fuzz_folder(dir);
        for (int i = 0; i < 2; i++) {
            snprintf(path, sizeof path, "%s/%d.png", dir, i);
            if (ax_picture_write(path, rgb, 32, 32, NULL) != AX_OK)
                abort();
        }
        fuzz_put(dir, "classes.txt", "a\nb\n", 4);
    }
    fuzz_put(dir, "0.txt", data, size);
    fuzz_put(dir, "1.txt", data, size);
    snprintf(path, sizeof path, "yolo:%s", dir);
    ax_source *s = ax_source_open(path, "", &err);
    if (!s) {
        fuzz_said_why(err.code, &err);
        return 0;
    }
    const ax_sample_spec spec = { .split = AX_SPLIT_TRAIN, .scale_min = 1, .scale_max = 1 };
    ax_sample sample;
    ax_code code = s->ops->sample(s, &spec, 0, &sample, &err);
    fuzz_said_why(code, &err);
    if (code == AX_OK) {
        for (int i = 0; i < 32 * 32; i++)
            if (((const uint8_t *)sample.truth)[i] >= s->info.task.outputs)
                abort();
        ax_sample_release(&sample);
    }
    s->ops->close(s);
    return 0;
}
