/* Annotations of people: MPII's form, and COCO's. */
#include "data/open.h"
#include "data/png_write.h"
#include "tests/fuzz/fuzz.h"

#include <sys/stat.h>

static void fuzz_open(const char *dir, const char *form)
{
    char spec[2 * FUZZ_PATH];
    ax_err err = { AX_OK, "" };
    snprintf(spec, sizeof spec, form, dir);
    ax_source *s = ax_source_open(spec, "pose", &err);
    if (!s) {
        fuzz_said_why(err.code, &err);
        return;
    }
    for (int split = 0; split < 2; split++) {
        const ax_sample_spec one = { .split = (ax_split)split, .h = 32, .w = 32, .mirror = true };
        ax_sample sample;
        ax_code code = s->ops->sample(s, &one, 0, &sample, &err);
        fuzz_said_why(code, &err);
        if (code == AX_OK)
            ax_sample_release(&sample);
    }
    s->ops->close(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char dir[FUZZ_PATH];
    static const uint8_t rgb[3 * 32 * 32];
    char path[2 * FUZZ_PATH];
    if (!dir[0]) {
        static const char *const folder[] = { "annot", "annotations", "images" };
        fuzz_folder(dir);
        for (int i = 0; i < 3; i++) {
            snprintf(path, sizeof path, "%s/%s", dir, folder[i]);
            if (mkdir(path, 0700))
                abort();
        }
        for (int i = 0; i < 2; i++) {
            snprintf(path, sizeof path, "%s/images/%c.png", dir, 'a' + i);
            if (ax_picture_write(path, rgb, 32, 32, NULL) != AX_OK)
                abort();
        }
    }
    fuzz_put(dir, "annot/train.json", data, size);
    fuzz_put(dir, "annotations/person_keypoints.json", data, size);
    fuzz_open(dir, "mpii:%s,split=1/1");
    fuzz_open(dir, "coco_keypoints:%s,split=1/1");
    return 0;
}
