/* A cache file: an accepted one can be read wherever its index points. */
#include "tests/fuzz/cachetaps.h"
#include "engine/train/cache_internal.h"
#include "tests/fuzz/fuzz.h"

static const ax_task_spec task = { .task = &ax_task_segmentation, .outputs = 5 };

/* Reads every byte of an item, as a training does. */
static unsigned sum_of(const uint8_t *file, const ax_cache_entry *e, unsigned extras)
{
    const ax_cache_layout l = ax_cache_layout_of(&task, &fuzz_taps, e->h, e->w, extras);
    unsigned sum = 0;
    for (size_t i = 0; i < l.bytes; i++)
        sum += file[e->offset + i];
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const ax_cache_claim claims[] = { { 1, 2, 0, 0, &task, 0, &fuzz_taps },
                                      { 1, 2, 32, 32, &task, 0, &fuzz_taps },
                                      { 1, 2, 0, 0, &task, AX_CACHE_TEACHER, &fuzz_taps },
                                      { 1, 2, 0, 0, &task, AX_CACHE_TEACHER | AX_CACHE_MIRRORED, &fuzz_taps },
                                      { 1, SIZE_MAX / 24, 0, 0, &task, 0, &fuzz_taps } };
    uint8_t *file = malloc(size + 1);
    if (!file)
        abort();
    memcpy(file, data, size);
    ax_cache_header *head = (void *)file;
    ax_cache_entry *index = (void *)(head + 1);
    /* with the right checksum, so that the rest is parsed */
    if (size >= sizeof *head && head->count <= (size - sizeof *head) / sizeof *index)
        head->crc = ax_cache_head_crc(head, index);
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++)
        if (ax_cache_is_valid(file, size, &claims[i]))
            for (size_t k = 0; k < claims[i].count; k++)
                if (sum_of(file, &index[k], claims[i].extras) == UINT32_MAX)
                    abort();
    free(file);
    return 0;
}
