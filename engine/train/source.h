/* Where images and their truth come from: the interface that data/ implements and the engine reads. */
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
    size_t n_train, n_val; /* images in either split; scenes: what was asked for */
    ax_task_spec task;     /* what is to be predicted; complete once the settings were heard (ax_task.configure) */
} ax_source_info;

typedef enum ax_split { AX_SPLIT_TRAIN, AX_SPLIT_VAL } ax_split;

/* How a sample is cut out of its image. */
typedef struct ax_sample_spec {
    ax_split split;
    int32_t h, w;               /* size of the sample; 0: the largest multiple of 32 that fits the image, centred */
    bool whole;                 /* with h, w = 0: all of the image, with a margin to the right and below up to 32s */
    int32_t shorter_side;       /* resize so first (0: leave) */
    float scale_min, scale_max; /* then by a random factor; 1, 1 = none */
    bool floor;                 /* shorter_side is the least instead: the original is scaled, but not to below that */
    bool cubic;                 /* colours by cubic convolution, else bilinear */
    bool mirror,
        random_crop; /* else the centre; too small an image is padded with the mean, its truth with "missing" */
    bool shuffle;    /* each pass has the images in an order of its own, made from the seed */
    float jitter;    /* how far brightness, contrast and saturation are changed at random, 0 = not */
    uint64_t seed;   /* sample `index` of equal specs is always the same sample */
} ax_sample_spec;

typedef struct ax_sample {
    uint64_t image_index; /* of its image in the split */
    ax_cut y, x;
    int32_t h, w;
    float *image; /* {h,w,3}, (RGB/255 - mean) / std */
    void *truth;  /* as the task has it (ax_task.truth_bytes) */
} ax_sample;

typedef struct ax_source ax_source;
typedef struct ax_source_ops {
    void (*close)(ax_source *s);
    /* Makes sample `index` of the split (index counts up without end: it wraps around the images, each pass with other
       crops). Safe to call from several threads. The memory of out (malloc) belongs to the caller:
       ax_sample_release. */
    ax_code (*sample)(ax_source *s, const ax_sample_spec *spec, uint64_t index, ax_sample *out, ax_err *err);
    /* Name of an image, cut to cap bytes: its file's path within the data set, with its ending ("train/s1/0001.png"),
       or what it is called where there is no file. For what is beside the data. */
    void (*name)(ax_source *s, ax_split split, uint64_t index, char *out, size_t cap);
    /* The image of a sample as it is, RGB {h,w,3} (malloc, caller frees): what a person is shown. */
    ax_code (*picture)(ax_source *s, ax_split split, uint64_t index, uint8_t **rgb, int32_t *h, int32_t *w,
                       ax_err *err);
    /* What tells the data as they are now from others: every file is looked at (not read). AX_EIO names one that can't
       be. */
    ax_code (*fingerprint)(ax_source *s, ax_fingerprint *out, ax_err *err);
    /* Names every file that it reads, so that no output lands on one. */
    ax_code (*files)(ax_source *s, ax_files *out, ax_err *err);
    /* From here on at most so many bytes of decoded images stay in memory, from one sample to the next; 0: none, as at
       the beginning. Samples are the same. Not while a stream is open or a sample is made. NULL: nothing is decoded. */
    void (*keep)(ax_source *s, size_t bytes);
    /* Samples first .. first+count-1, made ahead by `threads` threads. order: NULL, or which sample comes first,
       second, ...: first + order[0], ...; borrowed until the stream is closed. next blocks; AX_OK fills out. */
    void *(*stream)(ax_source *s, const ax_sample_spec *spec, const uint32_t *order, uint64_t first, uint64_t count,
                    int threads, ax_err *err);
    ax_code (*next)(void *stream, ax_sample *out, ax_err *err);
    void (*stream_close)(void *stream); /* also in the middle: stops and joins the threads */
} ax_source_ops;
struct ax_source {
    const ax_source_ops *ops;
    ax_source_info info;
};

/* Opens a data set by its spec for a task ("" = the data set's first); data/open.c implements it, the program hands it
   in (the engine doesn't know data/). */
typedef ax_source *(*ax_source_opener)(const char *spec, const char *task, ax_err *err);

static inline bool ax_source_is(const ax_source *s, const char *spec)
{
    const char *a = s->info.spec;
    while (*a && *a == *spec)
        a++, spec++;
    return *a == *spec;
}
void ax_sample_release(ax_sample *s);
/* Mirrors an image {h,w,3} in place: left and right change places. */
void ax_image_mirror(float *image, int32_t h, int32_t w);
/* Makes AX_EDATA of a failure (AX_EIO, AX_EFORMAT) of the calls above, which else looks like one of the run's own
   files; returns err->code. */
ax_code ax_source_failed(ax_code code, ax_err *err);

#endif
