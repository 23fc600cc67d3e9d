/* Estimates how much memory a training will take, before any of it is allocated. */
#ifndef AX_TRAIN_FOOTPRINT_H
#define AX_TRAIN_FOOTPRINT_H

#include "engine/train/trainer.h"

/* In bytes, at the peak of a training. */
typedef struct ax_footprint {
    uint64_t plan;       /* arena, scratch and inputs of the training step */
    uint64_t evaluation; /* the same for validation; the step's plan stays allocated meanwhile */
    uint64_t params;     /* parameters, gradients, moments and averages */
    uint64_t cache;      /* the cached crops: mapped, and every page is read */
    uint64_t other;      /* samples made ahead, and the program itself */
    uint64_t device;     /* part in a device's own memory: plan, evaluation, params; 0 = no such device */
    uint64_t peak;       /* sum over host and device */
} ax_footprint;

/* For the larger stage of the job. Plans are made without their tensors, which takes some milliseconds. */
ax_code ax_footprint_of(ax_trainer *t, const ax_train_job *job, ax_footprint *out, ax_err *err);

#endif
