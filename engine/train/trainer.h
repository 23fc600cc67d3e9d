/* Trains and judges one candidate. */
#ifndef AX_TRAIN_TRAINER_H
#define AX_TRAIN_TRAINER_H

#include "engine/config/settings.h"
#include "engine/graph/params.h"
#include "engine/space/outcome.h"
#include "engine/train/cache.h"

/* What the trainer says on its way; returning false stops it (AX_ECANCEL) at this step. */
typedef struct ax_train_progress {
    int32_t epoch, epochs, step, steps; /* steps: of all epochs together, counted from 1 */
    double loss;                        /* of this step */
    double seconds;                     /* since this candidate's start */
} ax_train_progress;
typedef bool (*ax_train_watch)(void *context, const ax_train_progress *p);

typedef struct ax_trainer ax_trainer;
typedef struct ax_train_job ax_train_job;
/* Opens device, data set and caches as settings say; cache_dir NULL = memory. Reusable for many candidates. */
ax_trainer *ax_trainer_new(const ax_settings *settings, ax_source *source, const char *cache_dir,
                           ax_cache_progress progress, void *context, ax_err *err);
void ax_trainer_free(ax_trainer *t);
/* The job of stage 1 as the settings have it; of full training (a promotion) when full is true. */
ax_train_job ax_train_job_default(const ax_settings *settings, const ax_genotype *genotype, bool full);

struct ax_train_job {
    ax_genotype genotype;
    int32_t channels, repeats, epochs; /* from the settings, or the longer schedule of a promotion */
    uint64_t seed;                     /* common to all candidates of a run: crops, order, initialisation */
    bool anneal;                       /* learning rate falls to zero along a cosine: for the longer schedule */
    const char *model_path;            /* NULL, or where the trained model is written (safetensors) */
    const char *masks_path;            /* NULL, or where predictions of the first validation images go; the pictures and
                                          the truth go to validation.mpk beside it (engine/wire/maskfile.h) */
};
/* AX_ENOMEM, AX_EFORMAT (diverged: loss or gradient not finite), AX_ECANCEL, ... are the typed outcomes. */
ax_code ax_trainer_run(ax_trainer *t, const ax_train_job *job, ax_train_watch watch, void *context, ax_outcome *out,
                       ax_err *err);

#endif
