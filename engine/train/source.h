/* The source of images and their truth: the interface that data/ implements and the engine reads. */
#ifndef AX_TRAIN_SOURCE_H
#define AX_TRAIN_SOURCE_H

#include "engine/base/err.h"
#include "engine/base/fingerprint.h"
#include "engine/base/output.h"
#include "engine/task/task.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ax_source_info {
    char spec[512];        /* as given: "scenes", "camvid:DIR" */
    size_t n_train, n_val; /* number of images in each split; for scenes: as requested */
    ax_task_spec task;     /* complete once configured by the settings (ax_task.configure) */
} ax_source_info;

typedef enum ax_split { AX_SPLIT_TRAIN, AX_SPLIT_VAL } ax_split;

/* How a sample is cut from its image. */
typedef struct ax_sample_spec {
    ax_split split;
    int32_t h, w;               /* size of the sample; 0: the largest multiple of 32 that fits the image, centred */
    bool whole;                 /* with h, w = 0: the whole image, padded to the right and below to multiples of 32 */
    int32_t shorter_side;       /* first resize to this (0: keep) */
    float scale_min, scale_max; /* then scale by a random factor; 1, 1 = none */
    bool floor;                 /* shorter_side is instead a minimum: the original is scaled, but not below it */
    bool cubic;                 /* cubic convolution for colours, else bilinear */
    bool mirror,
        random_crop; /* else centred; an image that is too small is padded with the mean, its truth with "missing" */
    bool shuffle;    /* each pass has its own order of images, from the seed */
    float jitter;    /* random change of brightness, contrast and saturation, 0 = none */
    uint64_t seed;   /* sample `index` of equal specs is always the same sample */
} ax_sample_spec;

typedef struct ax_sample {
    uint64_t image_index; /* number of its image in the split */
    ax_cut y, x;
    int32_t h, w;
    float *image; /* {h,w,3}, (RGB/255 - mean) / std */
    void *truth;  /* in the task's format (ax_task.truth_bytes) */
} ax_sample;

typedef struct ax_source ax_source;
typedef struct ax_source_ops {
    void (*close)(ax_source *s);
    /* Makes sample `index` of the split. The index counts up without end and wraps around the images, with other crops
       in each pass. Thread-safe. The memory of out (malloc) belongs to the caller: ax_sample_release. */
    ax_code (*sample)(ax_source *s, const ax_sample_spec *spec, uint64_t index, ax_sample *out, ax_err *err);
    /* Name of an image, truncated to cap bytes: its file's path within the data set, with extension
       ("train/s1/0001.png"), or another name where there is no file. Used to find files that accompany the data. */
    void (*name)(ax_source *s, ax_split split, uint64_t index, char *out, size_t cap);
    /* The unmodified image of a sample, RGB {h,w,3} (malloc, the caller frees it), for display. */
    ax_code (*picture)(ax_source *s, ax_split split, uint64_t index, uint8_t **rgb, int32_t *h, int32_t *w,
                       ax_err *err);
    /* Fingerprint of the current data: every file is examined (not read). AX_EIO names one that can't be. */
    ax_code (*fingerprint)(ax_source *s, ax_fingerprint *out, ax_err *err);
    /* Registers every file that it reads, so that no output overwrites one. */
    ax_code (*files)(ax_source *s, ax_files *out, ax_err *err);
    /* Keeps at most this many bytes of decoded images in memory from now on; 0, the default: none. Samples stay the
       same. Not to be called while a stream is open or a sample is made. NULL: nothing is decoded. */
    void (*keep)(ax_source *s, size_t bytes);
    /* Delivers samples first .. first+count-1, made ahead by `threads` threads. order: NULL, or the order of samples:
       first + order[0], ...; borrowed until the stream is closed. next blocks; on AX_OK it fills out. */
    void *(*stream)(ax_source *s, const ax_sample_spec *spec, const uint32_t *order, uint64_t first, uint64_t count,
                    int threads, ax_err *err);
    ax_code (*next)(void *stream, ax_sample *out, ax_err *err);
    void (*stream_close)(void *stream); /* stops and joins the threads; may be called at any time */
} ax_source_ops;
struct ax_source {
    const ax_source_ops *ops;
    ax_source_info info;
};

/* Opens a data set by its spec for a task ("" = the data set's first). Implemented by data/open.c and passed in by the
   program, since the engine doesn't include data/. */
typedef ax_source *(*ax_source_opener)(const char *spec, const char *task, ax_err *err);

static inline bool ax_source_is(const ax_source *s, const char *spec)
{
    const char *a = s->info.spec;
    while (*a && *a == *spec)
        a++, spec++;
    return *a == *spec;
}
void ax_sample_release(ax_sample *s);
/* Mirrors an image {h,w,3} in place, left to right. */
void ax_image_mirror(float *image, int32_t h, int32_t w);
/* Turns a failure (AX_EIO, AX_EFORMAT) of the calls above into AX_EDATA, to distinguish it from a failure of the run's
   own files; returns err->code. */
ax_code ax_source_failed(ax_code code, ax_err *err);

#endif
