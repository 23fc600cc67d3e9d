/* One candidate in training: a stage at a time, a step at a time. */
#ifndef AX_TRAIN_TRAINING_H
#define AX_TRAIN_TRAINING_H

#include "engine/graph/plan.h"
#include "engine/space/decoder.h"
#include "engine/train/batch.h"
#include "engine/train/trainer.h"

typedef struct ax_peers ax_peers; /* engine/train/peers.h */

typedef struct ax_training {
    ax_trainer *t;
    const ax_train_job *job;

    uint64_t footprint; /* bytes that it takes at most, as predicted */
    double saved;       /* when it was kept last, or began */
    double start;       /* monotonic seconds, less those of earlier sessions */

    /* The state: with the settings and the job these decide everything that comes. inflight.c saves
       these of a half-trained candidate, and calls ax_training_enter for the stage before it loads them. There is no
       random generator among them: order and crops are functions of seed, epoch and place. */
    int32_t stage;             /* 1: decoder only; 2: end to end */
    int32_t step;              /* steps done in this stage */
    double loss_sum;           /* of the steps of the current epoch */
    ax_outcome outcome;        /* figures, and what the last finished stage came to */
    ax_params *params;         /* slots VALUE, M, V and AVERAGE; GRAD is overwritten by every step */
    ax_optim decoder, encoder; /* their counts of steps */

    /* Made by ax_training_enter, for each stage. */
    ax_schedule schedule;
    ax_peers *peers; /* NULL: one device computes all of a batch */
    int32_t share;   /* crops of a batch that the graph takes */
    ax_graph *graph;
    ax_plan *plan;
    ax_batch *batch;
    double *log;     /* of the device: loss and norms of the last steps; NULL: each step is waited for */
    int32_t unread;  /* steps whose figures are there only */
    float loss;      /* of the last step that is known; NaN = none is */
    bool noted;      /* what the plan has to say was said */
    char alone[248]; /* why it is one device although there are others; "" */
    bool alone_said;
} ax_training;

ax_decoder_spec ax_training_spec(const ax_trainer *t, const ax_train_job *job, bool train);

/* Builds r->graph of r's stage, share and job: the training step. *at: the size at which the loss is taken. */
ax_code ax_training_graph(ax_training *r, ax_shape *at, ax_err *err);
/* Builds the stage: graph, parameters, plan, batch; the plan points at r, which stays where it is. Coming from stage 1,
   the decoder goes on from its averages (or values), with new optimisers and new averages, as in the published method;
   the encoder has the built-in weights. */
ax_code ax_training_enter(ax_training *r, int32_t stage, ax_err *err);
/* One step; *loss is its loss, or, on a device that keeps a log, that of the last step that is known, which is at most
   AX_TRAINING_LOG steps ago; at the end of an epoch all are. AX_EFORMAT: diverged, and the parameters are of no more
   use. */
enum { AX_TRAINING_LOG = 16 };
ax_code ax_training_step(ax_training *r, float *loss, ax_err *err);
/* Waits for the steps done, so that all of the state is known; before it is saved. */
ax_code ax_training_settle(ax_training *r, ax_err *err);
void ax_training_release(ax_training *r);

/* ---- training_step.c, for ax_training_enter ---- */
/* Of the averages, at this step. */
float ax_training_decay(const ax_training *r);
/* What each step does with its gradients; training: an ax_training. */
ax_code ax_training_update(void *training, ax_err *err);

#endif
