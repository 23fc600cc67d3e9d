/* What sources of images and of people have in common: the operations that they only pass on to their data set. */
#ifndef AX_DATA_SET_SOURCE_H
#define AX_DATA_SET_SOURCE_H

#include "data/loader.h"
#include "engine/train/source.h"

/* A data set's items, whatever they are. See the operations of the same names in ax_source_ops. */
typedef struct ax_item_set {
    void *set;
    void (*name)(void *set, ax_split split, uint64_t index, char *out, size_t cap);
    ax_code (*fingerprint)(void *set, ax_fingerprint *out, ax_err *err);
    ax_code (*files)(void *set, ax_files *out, ax_err *err);
    void (*free_set)(void *set);
} ax_item_set;

typedef struct ax_set_source {
    ax_source base; /* must be first, and this first in the source: ops get a pointer to it */
    ax_item_set items;
} ax_set_source;

uint64_t ax_set_source_count(const ax_source *s, ax_split split); /* items of a split; indices wrap around them */
void ax_set_source_name(ax_source *s, ax_split split, uint64_t index, char *out, size_t cap);
ax_code ax_set_source_fingerprint(ax_source *s, ax_fingerprint *out, ax_err *err);
ax_code ax_set_source_files(ax_source *s, ax_files *out, ax_err *err);

/* The members of ax_source_ops that all such sources have alike. */
#define AX_SET_SOURCE_OPS                                                                                              \
    .name = ax_set_source_name, .fingerprint = ax_set_source_fingerprint, .files = ax_set_source_files,                \
    .stream = ax_loader_open, .next = ax_loader_next, .stream_close = ax_loader_close

#endif
