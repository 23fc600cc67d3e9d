/* A folder of logits for a sample of a generated scene: a .npy file, or a safetensors file if the first byte is 1. */
#include "data/open.h"
#include "engine/train/logits_folder.h"
#include "tests/fuzz/fuzz.h"

enum { SIDE = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char dir[FUZZ_PATH], name[2][64];
    static ax_source *source;
    static ax_sample sample;
    static float out[SIDE / 4 * (SIDE / 4) * AX_TASK_OUTPUTS];
    ax_err err = { AX_OK, "" };
    if (!source) {
        ax_sample_spec spec = { .h = SIDE, .w = SIDE, .scale_min = 1, .scale_max = 1 };
        char image[32];
        fuzz_folder(dir);
        source = ax_source_open("scenes", "", &err);
        if (!source || source->ops->sample(source, &spec, 0, &sample, &err) != AX_OK)
            abort();
        source->ops->name(source, AX_SPLIT_TRAIN, sample.image_index, image, sizeof image);
        snprintf(name[0], sizeof name[0], "%s.npy", image);
        snprintf(name[1], sizeof name[1], "%s.safetensors", image);
    }
    if (size < 1)
        return 0;
    int kind = data[0] == 1;
    fuzz_put(dir, name[kind], data + 1, size - 1);
    fuzz_said_why(ax_logits_folder_read(dir, source, &sample, out, &err), &err);
    fuzz_drop(dir, name[kind]);
    return 0;
}
