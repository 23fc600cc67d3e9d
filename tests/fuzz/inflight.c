/* inflight/ID.mpk with a valid checksum. */
#include "engine/train/inflight.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/sitting.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ax_trainer *trainer;
    static ax_train_job job;
    ax_err err = { AX_OK, "" };
    char path[64];
    bool found;
    if (!trainer)
        trainer = sitting_new(&job);
    if (size < 8)
        return 0;
    uint8_t *bytes = fuzz_seal(data, size);
    int fd = fuzz_file(bytes, size, path);
    free(bytes);
    ax_training r = { .t = trainer, .job = &job };
    ax_code code = ax_inflight_read(path, &r, &found, &err);
    fuzz_said_why(code, &err);
    if (code != AX_OK && found)
        abort();
    ax_training_release(&r);
    close(fd);
    return 0;
}
