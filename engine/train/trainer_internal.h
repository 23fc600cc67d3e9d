/* What the files of the trainer share. */
#ifndef AX_TRAIN_TRAINER_INTERNAL_H
#define AX_TRAIN_TRAINER_INTERNAL_H

#include "engine/train/trainer.h"

struct ax_trainer {
    ax_settings settings;
    ax_source *source; /* borrowed */
    const ax_backend *be;
    ax_device *dev;
    ax_cache *train, *val;
    ax_sample_spec val_spec;
    int32_t leave_out; /* class that the reward leaves out, -1 = none */
};

#endif
