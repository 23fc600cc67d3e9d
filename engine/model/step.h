/* The graph of a training step: encoder or its taps, decoder, loss, gradients. */
#ifndef AX_MODEL_STEP_H
#define AX_MODEL_STEP_H

#include "engine/model/encoder.h"
#include "engine/space/decoder.h"
#include "engine/task/task.h"

typedef struct ax_step_spec {
    int32_t stage;   /* 1: decoder only, on the encoder's taps; 2: end to end, on images */
    int32_t n, crop; /* crops per batch, and their side: a multiple of 32 */
    const ax_encoder *encoder;
    ax_decoder_spec decoder; /* with train set */
    const ax_task_spec *task;
    bool teacher;  /* stage 1: with a teacher's logits */
    float kd, aux; /* weights of the teacher's loss and of the auxiliary heads */
} ax_step_spec;

/* Appends the step to g. Inputs: "tap.0" to "tap.3" or "image" {n,crop,crop,3}; the task's targets and, with weighted
   outputs, AX_TASK_WEIGHTS; "teacher" {n,h,w,outputs}. Kept values: those of ax_task_loss. *at = the shape {n,h,w,...}
   at which the loss is computed: tap 0's in stage 1, since the cache has targets of that size; the logits' in stage
   2. */
ax_code ax_step_build(ax_graph *g, const ax_step_spec *s, ax_shape *at, ax_err *err);

#endif
