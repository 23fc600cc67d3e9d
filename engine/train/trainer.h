/* Trains and judges one candidate. */
#ifndef AX_TRAIN_TRAINER_H
#define AX_TRAIN_TRAINER_H

#include "engine/config/settings.h"
#include "engine/graph/params.h"
#include "engine/candidate/outcome.h"
#include "engine/space/genotype.h"
#include "engine/train/cache.h"

/* Progress report of the trainer; returning false stops the training at this step (AX_ECANCEL). */
typedef struct ax_train_progress {
    int32_t stage;
    /* Of this stage (in full training, of both stages together); steps count from 1. */
    int32_t epoch, epochs, step, steps;
    double loss;     /* of this step */
    double seconds;  /* since this candidate's start */
    int32_t devices; /* number of devices that compute its batches */
} ax_train_progress;
typedef bool (*ax_train_watch)(void *context, const ax_train_progress *p);

/* Asked after stage 1 of a job of two stages: whether stage 2 follows. out: the result of stage 1. */
typedef enum ax_train_verdict { AX_TRAIN_ON, AX_TRAIN_END, AX_TRAIN_STOP } ax_train_verdict;
typedef ax_train_verdict (*ax_train_gate)(void *context, const ax_outcome *out);

/* An epoch that has just ended. */
typedef struct ax_train_epoch {
    int32_t stage, epoch, epochs; /* epoch counts from 1; in full training both are totals over the two stages */
    double loss;                  /* mean of its steps */
    double lr_factor;             /* learning rate of its last step, as a fraction of the full one */
    double seconds;               /* since this candidate's start */
    bool judged;                  /* outcome has this epoch's figures; else those of an earlier epoch, if any */
    const ax_outcome *outcome;
} ax_train_epoch;
/* Called after each epoch, before the checkpoint is written; an error ends the training. It may call
   ax_trainer_write_model. */
typedef ax_code (*ax_train_epoch_end)(void *context, const ax_train_epoch *e, ax_err *err);

typedef struct ax_trainer ax_trainer;
typedef struct ax_train_job ax_train_job;
/* Opens device, data set and caches according to the settings; cache_dir NULL = in memory. Reusable for many
   candidates. */
ax_trainer *ax_trainer_new(const ax_settings *settings, ax_source *source, const char *cache_dir,
                           ax_cache_progress progress, void *context, ax_err *err);
/* A trainer without caches, for ax_footprint_of only. It assumes that all validation images have the size of the
   first. */
ax_trainer *ax_trainer_new_for_estimate(const ax_settings *settings, ax_source *source, ax_err *err);
void ax_trainer_free(ax_trainer *t);
/* Checks what needs no device: settings that depend on each other or on the data set, whose task they complete, and the
   teacher. AX_EINVAL; also as ax_teacher_open. */
ax_code ax_trainer_check(const ax_settings *settings, ax_source *source, ax_err *err);
/* How validation images are cut. */
ax_sample_spec ax_trainer_validation(const ax_settings *settings, const ax_source *source);
/* Fingerprint of the run's data and the teacher's files; 0 = unknown. */
uint64_t ax_trainer_fingerprint(const ax_settings *settings, ax_source *source);
const ax_encoder *ax_trainer_encoder(const ax_trainer *t);
/* Height and width of the first validation image. */
void ax_trainer_size(const ax_trainer *t, int32_t size[2]);
/* Name of the device; *note (may be NULL): why "auto" became the CPU, "" = nothing to report. */
const char *ax_trainer_device(const ax_trainer *t, const char **note);
/* The job according to the settings; for a full training (a promotion) when full is true. Without a gate. */
ax_train_job ax_train_job_default(const ax_settings *settings, const ax_genotype *genotype, bool full);
/* Writes the network in training, as just judged; for ax_train_epoch_end. output: see ax_train_job.model_is_output. */
ax_code ax_trainer_write_model(ax_trainer *t, const char *path, bool output, ax_err *err);

struct ax_train_job {
    ax_genotype genotype;
    int32_t channels, repeats, epochs; /* from the settings, or for the longer schedule of a promotion */
    int32_t stages, stage2_epochs;     /* 1: decoder only; 2: then end to end */
    uint64_t seed;                     /* shared by all candidates of a run: crops, order, initialisation */
    bool half_batch;                   /* batches of half the size; set by the trainer when memory is short */
    bool full; /* longer schedule: the learning rate falls to zero, along a cosine if the settings say "constant" */
    ax_train_gate gate;     /* NULL: no gate */
    const char *model_path; /* where to write the trained model (safetensors); NULL = nowhere */
    bool model_is_output;   /* the user named that path; else it is in the run's directory */
    const char *masks_path; /* where to write predictions of the first validation images; NULL = nowhere. Pictures and
                               truth go to validation.mpk beside it (engine/wire/maskfile.h) */
    /* The checkpoint (engine/train/inflight.h); NULL = none. The training resumes from it if it exists, and writes it
       when stopped and after every save_epochs epochs (0 = only when stopped). */
    const char *state_path;
    int64_t save_epochs;
    bool must_resume;             /* the checkpoint exists, and failing to resume from it is an error */
    ax_train_epoch_end epoch_end; /* NULL: the network is judged at the end of each stage, without reports */
    int64_t eval_epochs; /* with epoch_end: epochs from one validation to the next, at least 1; the last epoch of a
                            stage is always judged */
    uint64_t peers;      /* CUDA devices that may help the trainer's own, bit N: cuda:N (engine/train/peers.h) */
    void (*warn)(void *context, const char *text); /* receives warnings, after which training continues; or NULL */
};

/* Length of a stage. */
typedef struct ax_schedule {
    int32_t epochs, batch, steps_per_epoch, steps; /* steps: over all epochs */
} ax_schedule;
/* n_train: number of training images, the crops per pass of stage 2 unless set otherwise. */
ax_schedule ax_schedule_of(const ax_settings *s, size_t n_train, const ax_train_job *job, int32_t stage);

/* Trains and judges. A training predicted to exceed the memory limit uses batches of half the size instead, and so
   does, once, a training that runs out of memory; otherwise it fails with AX_ENOMEM. The outcome is the last stage's: a
   candidate that the gate ends keeps the result of stage 1, as in the published code, whose controller learns from the
   last validation. context is passed to watch, gate and warn. Errors: AX_ENOMEM, AX_EFORMAT (diverged: loss or gradient
   not finite), AX_ECANCEL, and others. */
ax_code ax_trainer_run(ax_trainer *t, const ax_train_job *job, ax_train_watch watch, void *context, ax_outcome *out,
                       ax_err *err);

#endif
