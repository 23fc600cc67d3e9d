/* Class files, and the same bytes as a map of the classes that they name; also YOLO's YAML. */
#include "data/classfile.h"
#include "data/yolo_names.h"
#include "tests/fuzz/fuzz.h"

static void finish(ax_classes *c, ax_err *err)
{
    ax_source_info *info = calloc(1, sizeof *info);
    if (!info)
        abort();
    ax_code code = ax_classes_finish(c, "no class", info, err);
    fuzz_said_why(code, err);
    for (uint32_t v = 0; code == AX_OK && v < 70000; v += 97) {
        int16_t class[] = { ax_classes_of_id(c, v), ax_classes_of_color(c, v * 251 & 0xffffff) };
        for (int i = 0; i < 2; i++)
            if (class[i] != AX_CLASS_WRONG && class[i] != AX_CLASS_IGNORE && class[i] >= info->task.outputs)
                abort();
    }
    free(info);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int fd = fuzz_file(data, size, path);
    ax_err err = { AX_OK, "" };
    ax_classes *c = ax_classes_new(&err), *yaml = ax_classes_new(&err);
    if (!c || !yaml)
        abort();
    ax_code code = ax_classfile_read(c, path, &err);
    fuzz_said_why(code, &err);
    if (code == AX_OK)
        fuzz_said_why(ax_classmap_read(c, path, &err), &err);
    if (code == AX_OK)
        finish(c, &err);
    fuzz_said_why(ax_yolo_names_read(yaml, path, &err), &err);
    ax_classes_free(c);
    ax_classes_free(yaml);
    close(fd);
    return 0;
}
