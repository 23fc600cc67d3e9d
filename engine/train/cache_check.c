/* The layout of a cache file, and its validation: the file may be truncated, damaged, or malicious. */
#include "engine/base/crc32c.h"
#include "engine/train/cache_internal.h"

#include <stddef.h>
#include <string.h>

enum { LARGEST_SIDE = 1 << 16 };

ax_cache_layout ax_cache_layout_of(const ax_task_spec *task, const ax_taps *taps, int32_t h, int32_t w, unsigned extras)
{
    ax_cache_layout l;
    size_t at = 0, cells = (size_t)(h / 4) * (size_t)(w / 4);
    for (int k = 0; k < taps->n; k++) {
        l.tap[k] = at;
        at = ax_align64(at + sizeof(float) * ax_tap_size(taps, k, h, w));
    }
    l.truth = at;
    at = ax_align64(at + task->task->truth_bytes(task, h, w));
    for (int k = 0; k < AX_TASK_TARGETS; k++) {
        l.target[k] = at;
        if (task->task->target[k])
            at = ax_align64(at + ax_type_bytes(task->task->target_type(task, k, 1, h / 4, w / 4)));
    }
    l.teacher = at;
    at = ax_align64(at + (extras & AX_CACHE_TEACHER ? sizeof(float) * cells * (size_t)task->outputs : 0));
    for (int k = 0; k < taps->n; k++) {
        l.mirrored[k] = at;
        if (extras & AX_CACHE_MIRRORED)
            at = ax_align64(at + sizeof(float) * ax_tap_size(taps, k, h, w));
    }
    l.bytes = at;
    return l;
}

unsigned ax_cache_extras(const ax_cache_spec *spec)
{
    return (spec->teacher ? AX_CACHE_TEACHER : 0u) | (spec->mirrored ? AX_CACHE_MIRRORED : 0u);
}

uint32_t ax_cache_head_crc(const ax_cache_header *head, const ax_cache_entry *index)
{
    uint32_t crc = ax_crc32c(0, &head->key, offsetof(ax_cache_header, crc) - offsetof(ax_cache_header, key));
    return ax_crc32c(crc, index, head->count * sizeof *index);
}

static bool size_is(int32_t side, int32_t wanted)
{
    return wanted ? side == wanted : side > 0 && side <= LARGEST_SIDE && side % 32 == 0;
}

/* Every item must begin where the one before ends, and the last one must end where the file does. */
static bool items_fit(const ax_cache_entry *index, size_t n, const ax_cache_claim *claim)
{
    uint64_t at = ax_cache_head_bytes(claim->count);
    for (size_t i = 0; i < claim->count; i++) {
        const ax_cache_entry *e = &index[i];
        if (e->offset != at || !size_is(e->h, claim->h) || !size_is(e->w, claim->w))
            return false;
        size_t bytes = ax_cache_layout_of(claim->task, claim->taps, e->h, e->w, claim->extras).bytes;
        if (at > n || bytes > n - at)
            return false;
        at += bytes;
    }
    return at == n;
}

bool ax_cache_is_valid(const void *file, size_t n, const ax_cache_claim *claim)
{
    const ax_cache_header *head = file;
    const ax_cache_entry *index = (const ax_cache_entry *)(head + 1);
    if (n < sizeof *head || !claim->count || claim->count > (n - sizeof *head) / sizeof *index ||
        memcmp(head->magic, ax_cache_magic, sizeof ax_cache_magic) != 0 || head->key != claim->key ||
        head->count != claim->count || head->bytes != n || head->crc != ax_cache_head_crc(head, index) ||
        !items_fit(index, n, claim))
        return false;
    for (size_t i = 0; i < claim->count; i++) {
        size_t end = i + 1 < claim->count ? index[i + 1].offset : n;
        if (ax_crc32c(0, (const char *)file + index[i].offset, end - index[i].offset) != index[i].crc)
            return false;
    }
    return true;
}
