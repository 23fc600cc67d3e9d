/* Many things, each read, computed and written: threads read ahead and write behind while one computes. */
#ifndef AX_COMMAND_PIPELINE_H
#define AX_COMMAND_PIPELINE_H

#include "engine/base/err.h"

#include <stddef.h>

typedef struct ax_pipeline {
    void *context;
    size_t item_bytes; /* of what is known of one thing, zeroed before `load` */
    /* load and store are called by any thread, several at a time; compute and done by the one that runs the pipeline,
       in the order of i. What fails isn't handed on, but to done, which gets the error (AX_OK: there is none) and
       releases what the item holds. */
    ax_code (*load)(void *context, size_t i, void *item, ax_err *err);
    ax_code (*compute)(void *context, size_t i, void *item, ax_err *err);
    ax_code (*store)(void *context, size_t i, void *item, ax_err *err);
    void (*done)(void *context, size_t i, void *item, const ax_err *err);
} ax_pipeline;

/* Runs it for i of 0 .. n-1 with so many threads beside this one, 0 = all in this one. At most 2 * threads + 2 items
   are held at a time. AX_ENOMEM. */
ax_code ax_pipeline_run(const ax_pipeline *p, size_t n, int threads, ax_err *err);

#endif
