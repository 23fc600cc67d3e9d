/* Internals shared by the files of the cache; the layout of a cache file.

   Header, index, then the items one after the other, each part on a 64-byte boundary. Native byte order: it never
   leaves the machine. */
#ifndef AX_TRAIN_CACHE_INTERNAL_H
#define AX_TRAIN_CACHE_INTERNAL_H

#include "engine/train/cache.h"

#include <stdbool.h>

typedef struct ax_cache_header {
    char magic[8];
    uint64_t key, count, bytes; /* bytes: of the whole file */
    uint32_t crc;               /* of key, count, bytes and the index that follows */
    uint32_t pad[7];
} ax_cache_header;
typedef struct ax_cache_entry {
    uint64_t offset;
    int32_t h, w;
    uint32_t crc, pad; /* crc: of the item's bytes */
} ax_cache_entry;

/* The digit is the version: it must be raised when the layout changes, or when the same data are decoded or computed to
   other values. */
static const char ax_cache_magic[8] = { 'a', 'x', 'c', 'a', 'c', 'h', 'e', '2' };

static inline size_t ax_align64(size_t n)
{
    return (n + 63) & ~(size_t)63;
}

/* Offsets of an item's parts from its start, in bytes. */
typedef struct ax_cache_layout {
    size_t tap[AX_MAX_TAPS], truth, target[AX_TASK_TARGETS], teacher, mirrored[AX_MAX_TAPS];
    size_t bytes; /* size of the item */
} ax_cache_layout;
/* The layout for a sample of h x w; extras: bits of AX_CACHE_TEACHER and so on. */
ax_cache_layout ax_cache_layout_of(const ax_task_spec *task, const ax_taps *taps, int32_t h, int32_t w,
                                   unsigned extras);
/* The extras that a spec asks for. */
unsigned ax_cache_extras(const ax_cache_spec *spec);

/* The requested file. */
typedef struct ax_cache_claim {
    uint64_t key;
    size_t count;
    int32_t h, w; /* size of every sample, 0 = that of its image */
    const ax_task_spec *task;
    unsigned extras;
    const ax_taps *taps;
} ax_cache_claim;
/* Whether the n bytes of a file are a complete and undamaged cache file for that claim: all offsets and sizes lie
   within it, and the checksums match. */
bool ax_cache_is_valid(const void *file, size_t n, const ax_cache_claim *claim);
uint32_t ax_cache_head_crc(const ax_cache_header *head, const ax_cache_entry *index);

/* ---- making a file (cache_fill.c) ---- */

typedef struct ax_cache_maker ax_cache_maker;
/* Starts making the items of a file with this key in fd, in this order (copied; NULL: numerical order, and samples may
   have any size). name: for messages. */
ax_cache_maker *ax_cache_maker_new(int fd, const char *name, const ax_cache_spec *spec, const uint32_t *order,
                                   uint64_t key, const ax_backend *be, ax_device *dev, ax_err *err);
void ax_cache_maker_free(ax_cache_maker *m);
/* Makes one more item; after a failure, the same one again. */
ax_code ax_cache_maker_next(ax_cache_maker *m, ax_err *err);
bool ax_cache_maker_has(const ax_cache_maker *m, size_t item);
size_t ax_cache_maker_made(const ax_cache_maker *m);
/* With an order: the bytes of the file, complete from the beginning except for the checksums. */
const ax_cache_entry *ax_cache_maker_index(const ax_cache_maker *m);
/* Closes the stream of samples until the next one is made. */
void ax_cache_maker_rest(ax_cache_maker *m);
/* Writes the header, once all items are made, and syncs the file. */
ax_code ax_cache_maker_end(ax_cache_maker *m, ax_err *err);

/* ---- an open file (cache.c) ---- */

/* A file that is still being made (cache_begin.c). */
typedef struct ax_cache_making {
    int fd, lock;     /* lock: -1 = none, for a cache in memory */
    char *path, *tmp; /* final and temporary path; NULL for a cache in memory */
    uint64_t key;
    const ax_task_spec *task;
    ax_cache_maker *maker;
} ax_cache_making;
struct ax_cache {
    void *map;
    size_t bytes, count;
    const ax_cache_entry *index;
    const ax_task_spec *task; /* the source's */
    unsigned extras;          /* AX_CACHE_TEACHER and so on */
    ax_taps taps;
    ax_cache_making *making; /* NULL: it is complete */
};
/* A file to open, and how to make it. */
typedef struct ax_cache_opening {
    const char *dir; /* NULL = in memory */
    char path[4096];
    const ax_cache_spec *spec;
    const ax_encoder *encoder;
    uint64_t key;
    const ax_backend *be;
    ax_device *dev;
    ax_cache_progress progress;
    void *context;
} ax_cache_opening;
/* Fills in path, encoder and key. */
ax_code ax_cache_find(ax_cache_opening *o, ax_err *err);
/* NULL without a message: it doesn't exist, or isn't valid. */
ax_cache *ax_cache_open_finished(const ax_cache_opening *o);
/* Opens and locks the path's lock file, waiting for other holders. Returns a descriptor, -1 = failed. */
int ax_cache_lock(const ax_cache_opening *o, ax_err *err);
/* Frees what has begun; an incomplete file is removed. */
void ax_cache_making_free(ax_cache_making *m);

#endif
