/* Stage 1's shared store: the frozen encoder's taps, the truth and the teacher's logits, for a fixed set of samples, in
   files that every worker of the machine maps. */
#ifndef AX_TRAIN_CACHE_H
#define AX_TRAIN_CACHE_H

#include "engine/model/encoder.h"
#include "engine/op/backend.h"
#include "engine/train/source.h"
#include "engine/train/teacher.h"

typedef struct ax_cache ax_cache;
typedef struct ax_cache_item {
    int32_t h, w;                        /* of the sample */
    const float *tap[AX_MAX_TAPS];       /* of the encoder: {h/4,w/4,c} ...; in the mapped file, 64-byte aligned */
    const float *mirrored[AX_MAX_TAPS];  /* those of the mirrored sample, NULL = none */
    const void *truth;                   /* of the whole sample, as the task has it */
    const void *target[AX_TASK_TARGETS]; /* of the training step, for logits of h/4 x w/4 */
    const float *teacher;                /* {h/4,w/4,outputs}, NULL = none */
} ax_cache_item;
/* What it holds. */
typedef struct ax_cache_spec {
    ax_source *source;         /* borrowed, like encoder, until the cache is whole */
    const ax_encoder *encoder; /* NULL = the built-in one */
    ax_fingerprint data;       /* of the source */
    ax_sample_spec samples;
    size_t count;
    int threads;         /* of the loader */
    ax_teacher *teacher; /* NULL = none; needed while the cache is opened only */
    bool mirrored;       /* holds the taps of each sample mirrored, too */
} ax_cache_spec;
typedef void (*ax_cache_progress)(void *context, size_t done, size_t all);

/* Opens dir/NAME or, when it isn't there, computes it: temporary file, fsync, rename; two processes that start together
   compute it once (lock file). NAME is made of a hash of the encoder, the data as they are, the sample spec and the
   teacher, and of the user's number: a file of somebody else, or that others may write to, isn't used. What is damaged
   is computed again; every byte is checked here, and never again. dir NULL: anonymous memory. */
ax_cache *ax_cache_open(const char *dir, const ax_cache_spec *spec, const ax_backend *be, ax_device *dev,
                        ax_cache_progress progress, void *context, ax_err *err);
/* The same without making anything yet, where all samples have the size that the spec says: ax_cache_need makes them,
   in this order (copied) of all of them. The file appears with the last one, and others who want it wait until then;
   there must be no teacher. */
ax_cache *ax_cache_begin(const char *dir, const ax_cache_spec *spec, const uint32_t *order, const ax_backend *be,
                         ax_device *dev, ax_err *err);
/* Makes what is still missing of these n items, NULL = of all, and what comes before them. A sample that can't be made
   (AX_EDATA) is tried again the next time. */
ax_code ax_cache_need(ax_cache *c, const uint32_t *item, size_t n, ax_err *err);
bool ax_cache_whole(const ax_cache *c);
/* Nothing will be needed for a while: no sample is made ahead. */
void ax_cache_rest(ax_cache *c);
/* Opens one that is there, whole; NULL: it isn't. */
ax_cache *ax_cache_made(const char *dir, const ax_cache_spec *spec);
void ax_cache_free(ax_cache *c);
size_t ax_cache_count(const ax_cache *c);
size_t ax_cache_bytes(const ax_cache *c); /* of the mapped file */
/* What an item may have beside taps and truth. */
enum { AX_CACHE_TEACHER = 1, AX_CACHE_MIRRORED = 2 };
/* Those of a file's parts: of what stands before its items, of an item; extras: bits of the above. */
size_t ax_cache_head_bytes(size_t count);
size_t ax_cache_item_bytes(const ax_task_spec *task, const ax_taps *taps, int32_t h, int32_t w, unsigned extras);
/* Of the file that holds count samples of one size. */
size_t ax_cache_bytes_of(const ax_task_spec *task, const ax_taps *taps, size_t count, int32_t h, int32_t w,
                         unsigned extras);
const ax_taps *ax_cache_taps(const ax_cache *c);         /* of its encoder */
ax_cache_item ax_cache_get(const ax_cache *c, size_t i); /* one that is made */

#endif
