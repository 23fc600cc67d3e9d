/* Stage 1's shared cache: the frozen encoder's taps, the truth and the teacher's logits for a fixed set of samples, in
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
    const float *tap[AX_MAX_TAPS];       /* the encoder's: {h/4,w/4,c} ...; in the mapped file, 64-byte aligned */
    const float *mirrored[AX_MAX_TAPS];  /* of the mirrored sample, NULL = none */
    const void *truth;                   /* of the whole sample, in the task's format */
    const void *target[AX_TASK_TARGETS]; /* of the training step, for logits of h/4 x w/4 */
    const float *teacher;                /* {h/4,w/4,outputs}, NULL = none */
} ax_cache_item;
/* Content of a cache. */
typedef struct ax_cache_spec {
    ax_source *source;         /* borrowed, like encoder, until the cache is complete */
    const ax_encoder *encoder; /* NULL = the built-in one */
    ax_fingerprint data;       /* of the source */
    ax_sample_spec samples;
    size_t count;
    int threads;         /* loader threads */
    ax_teacher *teacher; /* NULL = none; used only while the cache is opened */
    bool mirrored;       /* also stores the taps of each mirrored sample */
} ax_cache_spec;
typedef void (*ax_cache_progress)(void *context, size_t done, size_t all);

/* Opens dir/NAME, or computes it when it doesn't exist: temporary file, fsync, rename. Processes that start together
   compute it once (lock file). NAME is a hash of the encoder, the data's fingerprint, the sample spec and the teacher,
   and the user id: a file that belongs to another user or is writable by others isn't used. A damaged file is computed
   again; every byte is verified here, once. dir NULL: anonymous memory. */
ax_cache *ax_cache_open(const char *dir, const ax_cache_spec *spec, const ax_backend *be, ax_device *dev,
                        ax_cache_progress progress, void *context, ax_err *err);
/* Opens a cache whose samples all have the spec's size, without computing anything yet: ax_cache_ensure makes the
   samples, in this order (copied) of all of them. The file gets its name with the last sample, and other processes that
   want it wait until then. No teacher is allowed. */
ax_cache *ax_cache_begin(const char *dir, const ax_cache_spec *spec, const uint32_t *order, const ax_backend *be,
                         ax_device *dev, ax_err *err);
/* Makes those of these n items (NULL = all) that are missing, and all before them in the order. A sample that fails
   (AX_EDATA) is tried again the next time. */
ax_code ax_cache_ensure(ax_cache *c, const uint32_t *item, size_t n, ax_err *err);
bool ax_cache_is_complete(const ax_cache *c);
/* Stops making samples ahead until the next request. */
void ax_cache_stop_ahead(ax_cache *c);
/* Opens a complete cache; NULL: there is none. */
ax_cache *ax_cache_open_complete(const char *dir, const ax_cache_spec *spec);
void ax_cache_free(ax_cache *c);
size_t ax_cache_count(const ax_cache *c);
size_t ax_cache_bytes(const ax_cache *c); /* size of the mapped file */
/* Optional parts of an item besides taps and truth. */
enum { AX_CACHE_TEACHER = 1, AX_CACHE_MIRRORED = 2 };
/* Sizes: of the head and index, and of an item; extras: bits of the above. */
size_t ax_cache_head_bytes(size_t count);
size_t ax_cache_item_bytes(const ax_task_spec *task, const ax_taps *taps, int32_t h, int32_t w, unsigned extras);
/* Size of a file with count samples of one size. */
size_t ax_cache_bytes_of(const ax_task_spec *task, const ax_taps *taps, size_t count, int32_t h, int32_t w,
                         unsigned extras);
const ax_taps *ax_cache_taps(const ax_cache *c);         /* of its encoder */
ax_cache_item ax_cache_get(const ax_cache *c, size_t i); /* item i must have been made */

#endif
