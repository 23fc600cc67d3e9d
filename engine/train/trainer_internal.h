/* Internals shared by the files of the trainer. */
#ifndef AX_TRAIN_TRAINER_INTERNAL_H
#define AX_TRAIN_TRAINER_INTERNAL_H

#include "engine/backend/list.h"
#include "engine/train/resident.h"
#include "engine/train/resident_val.h"
#include "engine/train/training.h"

/* Properties of the data that memory use depends on. */
typedef struct ax_trainer_sizes {
    int32_t val_h, val_w; /* of the first validation image */
    size_t val_images;    /* number of images of that size, from the first on */
    uint64_t cache;       /* size of both caches */
} ax_trainer_sizes;

struct ax_trainer {
    ax_settings settings;
    ax_source *source; /* borrowed */
    ax_encoder encoder;
    const ax_backend *be;
    ax_device *dev;
    char *cache_dir;               /* NULL = in memory */
    char note[AX_DEVICE_NOTE];     /* why "auto" is the CPU; "" otherwise */
    ax_cache *train, *val;         /* val: NULL until ax_trainer_ensure_validation */
    ax_resident *resident;         /* copy of `train` on the device; NULL = none */
    ax_resident_val *resident_val; /* the same of `val` */
    ax_sample_spec val_spec;
    ax_trainer_sizes sizes;
    ax_fingerprint data;  /* of the source */
    uint64_t teacher_key; /* 0 = no teacher */
    uint64_t budget;      /* memory limit of a training, bytes */
    double save_took;     /* seconds that the last checkpoint took to write, 0 = unknown */
    double encoder_ms;    /* the encoder's part of every latency (latency.h), 0 = not measured yet */
    ax_training now;      /* the candidate in training; now.t is NULL between candidates */
};

/* Returns the device memory of both copies, in bytes. */
size_t ax_trainer_resident_bytes(const ax_trainer *t);
/* Configures a device of the trainer's backend according to the settings. */
void ax_trainer_configure(const ax_trainer *t, ax_device *dev);
/* Whether stage 1 uses a teacher. */
bool ax_trainer_has_teacher(const ax_settings *s);
/* Opens the caches. When a single worker uses them, on the CPU, missing items are made later, on demand. */
ax_code ax_trainer_open_caches(ax_trainer *t, ax_cache_progress progress, void *context, ax_err *err);
/* Determines the sizes without opening the caches. */
ax_code ax_trainer_estimate_sizes(ax_trainer *t, ax_err *err);
/* Makes the missing items among these n crops of stage 1, NULL = all. AX_EDATA: one can't be made, or the data changed
   meanwhile. */
ax_code ax_trainer_ensure_crops(ax_trainer *t, const uint32_t *crop, size_t n, ax_err *err);
/* Opens t->val unless it is open. AX_EDATA as above. */
ax_code ax_trainer_ensure_validation(ax_trainer *t, ax_err *err);
/* How the crops of a stage are cut. */
ax_sample_spec ax_trainer_crops(const ax_trainer *t, int32_t stage);
/* Number of threads that make samples: the setting, or one per core, at least two. They mostly wait, except in the
   first pass over large images and when a separate device trains faster than a core decodes. */
int ax_trainer_loaders(const ax_trainer *t);
/* Number of crops in a pass of stage 2. */
uint64_t ax_trainer_stage2_samples(const ax_trainer *t);

#endif
