/* A pipeline over many items: threads load ahead and store behind while one thread computes. */
#ifndef AX_COMMAND_PIPELINE_H
#define AX_COMMAND_PIPELINE_H

#include "engine/base/err.h"

#include <stddef.h>

typedef struct ax_pipeline {
    void *context;
    size_t item_bytes; /* size of an item's state, zeroed before `load` */
    /* load and store run in any thread, several at a time; compute and done run in the caller's thread, in the order of
       i. After an error the later steps are skipped, except done, which always runs: it gets the error (AX_OK: none)
       and releases the item. */
    ax_code (*load)(void *context, size_t i, void *item, ax_err *err);
    ax_code (*compute)(void *context, size_t i, void *item, ax_err *err);
    ax_code (*store)(void *context, size_t i, void *item, ax_err *err);
    void (*done)(void *context, size_t i, void *item, const ax_err *err);
} ax_pipeline;

/* Runs items 0 .. n-1 with this many extra threads, 0 = all in this thread. At most 2 * threads + 2 items exist at a
   time. AX_ENOMEM. */
ax_code ax_pipeline_run(const ax_pipeline *p, size_t n, int threads, ax_err *err);

#endif
