/* What the files of the trainer share. */
#ifndef AX_TRAIN_TRAINER_INTERNAL_H
#define AX_TRAIN_TRAINER_INTERNAL_H

#include "engine/backend/list.h"
#include "engine/train/resident.h"
#include "engine/train/training.h"

/* What memory depends on, of the data. */
typedef struct ax_trainer_sizes {
    int32_t val_h, val_w; /* of the first validation image */
    size_t val_images;    /* so many of that size, from the first on */
    uint64_t cache;       /* bytes of both caches */
} ax_trainer_sizes;

struct ax_trainer {
    ax_settings settings;
    ax_source *source; /* borrowed */
    ax_encoder encoder;
    const ax_backend *be;
    ax_device *dev;
    char *cache_dir;           /* NULL = memory */
    char note[AX_DEVICE_NOTE]; /* why "auto" is the CPU; "" */
    ax_cache *train, *val;     /* val: NULL until ax_trainer_need_validation */
    ax_resident *resident;     /* train on the device; NULL = it isn't */
    ax_sample_spec val_spec;
    ax_trainer_sizes sizes;
    ax_fingerprint data;  /* of the source */
    uint64_t teacher_key; /* 0 = no teacher */
    uint64_t budget;      /* bytes that a training may take */
    double save_took;     /* seconds that keeping a half-done training took last, 0 = not known */
    double encoder_ms;    /* its part of every latency (latency.h), 0 = not measured yet */
    ax_training now;      /* the candidate in training; now.t is NULL between two */
};

/* Tells a device of the trainer's backend what the settings say of it. */
void ax_trainer_configure(const ax_trainer *t, ax_device *dev);
/* Whether stage 1 learns from a teacher. */
bool ax_trainer_has_teacher(const ax_settings *s);
/* Opens the caches. Where one worker has them to itself on the CPU, what they lack is made later, when it is needed. */
ax_code ax_trainer_open_caches(ax_trainer *t, ax_cache_progress progress, void *context, ax_err *err);
/* The sizes without the caches. */
ax_code ax_trainer_estimate_sizes(ax_trainer *t, ax_err *err);
/* Has the cache make what it lacks of these n crops of stage 1, NULL = of all; AX_EDATA: one can't be made, or the data
   changed meanwhile. */
ax_code ax_trainer_need(ax_trainer *t, const uint32_t *crop, size_t n, ax_err *err);
/* Makes t->val, if it isn't there yet. AX_EDATA likewise. */
ax_code ax_trainer_need_validation(ax_trainer *t, ax_err *err);
/* How the crops of a stage are cut. */
ax_sample_spec ax_trainer_crops(const ax_trainer *t, int32_t stage);
/* Threads that make samples: the setting, or one for each core, at least two. They wait most of the time, but for the
   first pass over large images, and where a device of its own trains faster than a core decodes. */
int ax_trainer_loaders(const ax_trainer *t);
/* Crops of one pass of stage 2. */
uint64_t ax_trainer_stage2_samples(const ax_trainer *t);

#endif
