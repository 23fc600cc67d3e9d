/* The batches of a stage: stage 1 gathers them from the cache, stage 2 gets them from the loader. */
#ifndef AX_TRAIN_BATCH_H
#define AX_TRAIN_BATCH_H

#include "engine/graph/plan.h"
#include "engine/train/trainer.h"

typedef struct ax_batch_spec {
    int32_t stage, n; /* n: crops per batch */
    int32_t h, w;     /* size of the targets: the taps' finest size in stage 1, the logits' in stage 2 */
    int32_t steps_per_epoch;
    uint64_t seed;
    bool on_host; /* made in host memory even if the device holds the crops: several devices share the batch */
} ax_batch_spec;
typedef struct ax_batch ax_batch;

/* The order of the n crops of stage 1 in an epoch: the same for every candidate of a run (common random numbers). */
void ax_batch_order(uint32_t *order, uint32_t n, uint64_t seed, int32_t epoch);
/* Allocates memory for a batch and binds it to the plan from its first crop on. */
ax_batch *ax_batch_new(ax_trainer *t, const ax_batch_spec *spec, ax_plan *plan, ax_err *err);
void ax_batch_free(ax_batch *b);
/* Binds a plan's inputs ("tap.0".."tap.3" or "image", the task's targets, and "teacher" when the settings name one) to
   the batch's crops from `first` on, as many as the plan takes. */
ax_code ax_batch_bind(ax_batch *b, ax_plan *plan, int32_t first, ax_err *err);
/* Fills in the batch of step `step` of the stage, from 0. Any order works; in order is fastest. */
ax_code ax_batch_fill(ax_batch *b, int32_t step, ax_err *err);

/* Prepares the next step's batch while a device still computes the last one: a run of the plan has read its batch
   before it returns. */
void ax_batch_fill_ahead(ax_batch *b, int32_t step);

#endif
