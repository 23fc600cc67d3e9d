/* How much memory a training will take, before anything of it is allocated. */
#ifndef AX_TRAIN_FOOTPRINT_H
#define AX_TRAIN_FOOTPRINT_H

#include "engine/train/trainer.h"

/* In bytes, at the moment of a training that needs most. */
typedef struct ax_footprint {
    uint64_t plan;       /* arena, scratch and inputs of the training step */
    uint64_t evaluation; /* the same of the validation, which comes while the step's plan is kept */
    uint64_t params;     /* parameters, gradients, moments and averages */
    uint64_t cache;      /* the cached crops: mapped, and every page is read */
    uint64_t other;      /* samples made ahead, and the program itself */
    uint64_t device;     /* of it in a device's own memory: plan, evaluation, params; 0 = there is no such device */
    uint64_t peak;       /* the sum, there and here together */
} ax_footprint;

/* Of the job's larger stage. Plans are made without their tensors: it takes some milliseconds. */
ax_code ax_footprint_of(ax_trainer *t, const ax_train_job *job, ax_footprint *out, ax_err *err);

#endif
