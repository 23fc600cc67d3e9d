/* Trains and judges one candidate. */
#ifndef AX_TRAIN_TRAINER_H
#define AX_TRAIN_TRAINER_H

#include "engine/config/settings.h"
#include "engine/graph/params.h"
#include "engine/candidate/outcome.h"
#include "engine/space/genotype.h"
#include "engine/train/cache.h"

/* What the trainer says on its way; returning false stops it (AX_ECANCEL) at this step. */
typedef struct ax_train_progress {
    int32_t stage;
    int32_t epoch, epochs, step, steps; /* of this stage (of both together in full training); steps count from 1 */
    double loss;                        /* of this step */
    double seconds;                     /* since this candidate's start */
    int32_t devices;                    /* that compute its batches */
} ax_train_progress;
typedef bool (*ax_train_watch)(void *context, const ax_train_progress *p);

/* Asked after stage 1 of a job of two stages: whether it goes on. out: what stage 1 came to. */
typedef enum ax_train_verdict { AX_TRAIN_ON, AX_TRAIN_END, AX_TRAIN_STOP } ax_train_verdict;
typedef ax_train_verdict (*ax_train_gate)(void *context, const ax_outcome *out);

/* An epoch that has just ended. */
typedef struct ax_train_epoch {
    int32_t stage, epoch, epochs; /* epoch counts from 1; like epochs, of both stages together in full training */
    double loss;                  /* mean of its steps */
    double lr_factor;             /* the learning rate of its last step, as a fraction of the full one */
    double seconds;               /* since this candidate's start */
    bool judged;                  /* outcome has this epoch's figures; else those of an earlier one, if any */
    const ax_outcome *outcome;
} ax_train_epoch;
/* Told of each epoch before the state is kept; an error ends the training. It may call ax_trainer_write_model. */
typedef ax_code (*ax_train_epoch_end)(void *context, const ax_train_epoch *e, ax_err *err);

typedef struct ax_trainer ax_trainer;
typedef struct ax_train_job ax_train_job;
/* Opens device, data set and caches as settings say; cache_dir NULL = memory. Reusable for many candidates. */
ax_trainer *ax_trainer_new(const ax_settings *settings, ax_source *source, const char *cache_dir,
                           ax_cache_progress progress, void *context, ax_err *err);
/* One without caches, which takes the size of the first validation image for that of all: good for ax_footprint_of and
   nothing else. */
ax_trainer *ax_trainer_outline(const ax_settings *settings, ax_source *source, ax_err *err);
void ax_trainer_free(ax_trainer *t);
/* How the images of validation are cut. */
ax_sample_spec ax_trainer_validation(const ax_settings *settings, const ax_source *source);
/* What a run's data, and the teacher's, are told apart by: another number when a file is another one. 0 = not known. */
uint64_t ax_trainer_fingerprint(const ax_settings *settings, ax_source *source);
const ax_encoder *ax_trainer_encoder(const ax_trainer *t);
/* Height and width of the first validation image. */
void ax_trainer_size(const ax_trainer *t, int32_t size[2]);
/* Name of the device it computes on; *note (may be NULL): why "auto" came to be the CPU, "" = it needs no word. */
const char *ax_trainer_device(const ax_trainer *t, const char **note);
/* The job as the settings have it; of full training (a promotion) when full is true. No gate: it goes on. */
ax_train_job ax_train_job_default(const ax_settings *settings, const ax_genotype *genotype, bool full);
/* Writes the network that is in training, as it was just judged: for ax_train_epoch_end. output: as
   ax_train_job.model_is_output. */
ax_code ax_trainer_write_model(ax_trainer *t, const char *path, bool output, ax_err *err);

struct ax_train_job {
    ax_genotype genotype;
    int32_t channels, repeats, epochs; /* from the settings, or the longer schedule of a promotion */
    int32_t stages, stage2_epochs;     /* 1: decoder only; 2: then end to end */
    uint64_t seed;                     /* common to all candidates of a run: crops, order, initialisation */
    bool half_batch;                   /* batches of half the size; the trainer's own doing when memory is short */
    bool full;                         /* the learning rate falls to zero, along a cosine where the settings say
                                          "constant": for the longer schedule */
    ax_train_gate gate;                /* NULL: no gate */
    const char *model_path;            /* NULL, or where the trained model is written (safetensors) */
    bool model_is_output;              /* a user named that path; else it is in the run's directory */
    const char *masks_path;            /* NULL, or where predictions of the first validation images go; the pictures and
                                          the truth go to validation.mpk beside it (engine/wire/maskfile.h) */
    const char *state_path;            /* NULL, or the file of engine/train/inflight.h: the training goes on from it if
                                          it is there, and is kept in it when it is stopped and, for a crash, after
                                          every save_epochs epochs (0 = only when stopped) */
    int64_t save_epochs;
    bool must_resume;             /* that file is there, and it is an error when it can't be gone on from */
    ax_train_epoch_end epoch_end; /* NULL: the network is judged at the end of each stage, and nothing is told */
    int64_t eval_epochs;          /* with epoch_end: epochs from one validation to the next, from 1; the last of a
                                     stage always has one */
    uint64_t peers; /* CUDA devices that may compute beside the trainer's own, bit N: cuda:N (engine/train/peers.h) */
    void (*warn)(void *context,
                 const char *text); /* NULL, or is told of what isn't as it should be; training goes on */
};

/* How long a stage is. */
typedef struct ax_schedule {
    int32_t epochs, batch, steps_per_epoch, steps; /* steps: of all epochs */
} ax_schedule;
/* n_train: images of the data set, what a pass of stage 2 takes when the settings don't say. */
ax_schedule ax_schedule_of(const ax_settings *s, size_t n_train, const ax_train_job *job, int32_t stage);

/* Trains and judges. A training that would take more than the settings' memory isn't begun: it has batches of half the
   size instead, as one whose memory ran out after all has, once, and else fails with AX_ENOMEM. The outcome is that of
   the last stage: the gate ends a candidate with what stage 1 came to, as in the published code, whose controller
   learns from the last validation. context is that of watch, gate and warn. AX_ENOMEM, AX_EFORMAT (diverged: loss or
   gradient not finite), AX_ECANCEL, ... are the typed outcomes. */
ax_code ax_trainer_run(ax_trainer *t, const ax_train_job *job, ax_train_watch watch, void *context, ax_outcome *out,
                       ax_err *err);

#endif
