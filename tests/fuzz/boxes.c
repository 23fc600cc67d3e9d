/* The boxes of persons for predict. */
#include "engine/command/boxes.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const picture[] = { "a.jpg", "x/000000000785.jpg", "7.png" };
    char path[64];
    int fd = fuzz_file(data, size, path);
    ax_err err = { AX_OK, "" };
    ax_boxes *b = ax_boxes_read(path, &err);
    if (!b)
        fuzz_said_why(err.code, &err);
    for (size_t i = 0; b && i < sizeof picture / sizeof *picture; i++) {
        ax_task_box *box = NULL;
        size_t n = 0;
        int64_t id;
        fuzz_said_why(ax_boxes_of(b, picture[i], &box, &n, &id, &err), &err);
        free(box);
    }
    ax_boxes_free(b);
    close(fd);
    return 0;
}
