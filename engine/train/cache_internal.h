/* What the two files of the cache share: how a cache file is laid out.

   Header, index, then the items, each part on a 64-byte boundary. Native byte order: it never leaves the machine. */
#ifndef AX_TRAIN_CACHE_INTERNAL_H
#define AX_TRAIN_CACHE_INTERNAL_H

#include "engine/train/cache.h"

typedef struct ax_cache_header {
    char magic[8];
    uint64_t key, count, bytes; /* bytes: of the whole file */
    uint64_t index_hash;        /* of the index that follows; catches a file cut or written by something else */
    uint64_t pad[3];
} ax_cache_header;
typedef struct ax_cache_entry {
    uint64_t offset;
    int32_t h, w;
} ax_cache_entry;

static const char ax_cache_magic[8] = { 'a', 'x', 'c', 'a', 'c', 'h', 'e', '1' };

static inline size_t ax_align64(size_t n)
{
    return (n + 63) & ~(size_t)63;
}

/* Byte offsets of an item's parts behind its own start. */
typedef struct ax_cache_layout {
    size_t tap[AX_TAPS], labels_full, labels, teacher, bytes; /* bytes: of the item */
} ax_cache_layout;
/* classes: of the teacher's logits, 0 = none. */
ax_cache_layout ax_cache_layout_of(int32_t h, int32_t w, int32_t classes);

/* Computes all items and writes the file with this key to fd; name is for messages. */
ax_code ax_cache_fill(int fd, const char *name, const ax_cache_spec *spec, uint64_t key, const ax_backend *be,
                      ax_device *dev, ax_cache_progress progress, void *context, ax_err *err);

#endif
