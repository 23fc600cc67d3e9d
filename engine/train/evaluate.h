/* Judges a trained decoder on the cached validation images. */
#ifndef AX_TRAIN_EVALUATE_H
#define AX_TRAIN_EVALUATE_H

#include "engine/space/decoder.h"
#include "engine/train/trainer.h"

typedef struct ax_evaluation ax_evaluation;
/* params: of the training graph (a superset); with Polyak averages these are read. Borrowed until free. end_to_end: the
   encoder is among them, so images go through it; else the cached taps are read. */
ax_evaluation *ax_evaluation_new(ax_trainer *t, const ax_decoder_spec *spec, ax_params *params, bool end_to_end,
                                 ax_err *err);
void ax_evaluation_free(ax_evaluation *e);
/* Predicts every validation image at its full size, with val_flip from the mean of its logits and its mirror image's;
   fills in reward and the task's figures. masks_path: see ax_train_job, may be NULL. */
ax_code ax_evaluation_run(ax_evaluation *e, const char *masks_path, ax_outcome *out, ax_err *err);
/* The network as it is used: from "image" {n,h,w,3}, or from the encoder's outputs as ax_decoder_taps names them, to
   "prediction", as the task has it, or, with `logits`, to "logits" {n,h/4,w/4,outputs}. spec: no training, no auxiliary
   heads. Caller frees. */
ax_graph *ax_evaluation_graph(const ax_encoder *encoder, const ax_task_spec *task, const ax_decoder_spec *spec,
                              int32_t n, int32_t h, int32_t w, bool end_to_end, bool logits, ax_err *err);
/* What the plan of a validation will take, in bytes; it is that of the first image's size. */
ax_code ax_evaluation_predict(ax_trainer *t, const ax_decoder_spec *spec, bool end_to_end, size_t *bytes, ax_err *err);
/* The frozen encoder's parameters, for a model file. Caller frees (before the trainer). */
ax_params *ax_evaluation_encoder(ax_trainer *t, ax_err *err);

#endif
