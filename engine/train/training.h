/* One candidate in training, stage by stage and step by step. */
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

    uint64_t footprint; /* predicted peak of memory, bytes */
    double saved;       /* time of the last checkpoint, or of the start */
    double start;       /* in monotonic seconds, minus the time of earlier sessions */

    /* The state: with the settings and the job, these determine the rest of the training. inflight.c saves them as the
       checkpoint, and calls ax_training_enter_stage for the stage before loading them. No random generator is among
       them: order and crops are functions of seed, epoch and index. */
    int32_t stage;             /* 1: decoder only; 2: end to end */
    int32_t step;              /* steps done in this stage */
    double loss_sum;           /* over the steps of the current epoch */
    ax_outcome outcome;        /* figures, and the result of the last finished stage */
    ax_params *params;         /* slots VALUE, M, V and AVERAGE; GRAD is overwritten by every step */
    ax_optim decoder, encoder; /* with their counts of steps */

    /* Made by ax_training_enter_stage for each stage. */
    ax_schedule schedule;
    ax_peers *peers; /* NULL: one device computes the whole batch */
    int32_t share;   /* crops per run of the graph */
    ax_graph *graph;
    ax_plan *plan;
    ax_batch *batch;
    double *log;     /* on the device: loss and norms of recent steps; NULL: every step is waited for */
    int32_t unread;  /* steps whose figures haven't been read yet */
    float loss;      /* of the latest step read; NaN = none */
    bool noted;      /* the plan's messages were reported */
    char alone[248]; /* why a single device is used although there are others; "" */
    bool alone_said;
} ax_training;

ax_decoder_spec ax_training_spec(const ax_trainer *t, const ax_train_job *job, bool train);

/* Builds r->graph, the training step, for r's stage, share and job. *at: the size at which the loss is computed. */
ax_code ax_training_graph(ax_training *r, ax_shape *at, ax_err *err);
/* Builds the stage: graph, parameters, plan, batch. The plan keeps a pointer to r, which must not move. When stage 2
   follows stage 1, the decoder starts from its averages (or values), with new optimisers and new averages, as in the
   published method, and the encoder from its pre-trained weights. */
ax_code ax_training_enter_stage(ax_training *r, int32_t stage, ax_err *err);
/* Runs one step; *loss is its loss. On a device that keeps a log it is the loss of the latest step read, at most
   AX_TRAINING_LOG steps ago; at the end of an epoch all steps are read. AX_EFORMAT: diverged; the parameters are
   useless then. */
enum { AX_TRAINING_LOG = 16 };
ax_code ax_training_step(ax_training *r, float *loss, ax_err *err);
/* Waits for all steps, so that the whole state is known; call before saving it. */
ax_code ax_training_wait(ax_training *r, ax_err *err);
void ax_training_release(ax_training *r);

/* ---- training_step.c, for ax_training_enter_stage ---- */
/* Decay of the averages at this step. */
float ax_training_decay(const ax_training *r);
/* Updates parameters from the gradients, in each step; training: an ax_training. */
ax_code ax_training_update(void *training, ax_err *err);

#endif
