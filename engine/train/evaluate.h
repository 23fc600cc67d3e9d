/* Judges a trained decoder on the validation images. */
#ifndef AX_TRAIN_EVALUATE_H
#define AX_TRAIN_EVALUATE_H

#include "engine/space/decoder.h"
#include "engine/train/trainer.h"

typedef struct ax_evaluation ax_evaluation;
/* params: those of the training graph (a superset); Polyak averages are used where they exist. Borrowed until free.
   end_to_end: the encoder is among them and images go through it; else the cached taps are read. */
ax_evaluation *ax_evaluation_new(ax_trainer *t, const ax_decoder_spec *spec, ax_params *params, bool end_to_end,
                                 ax_err *err);
void ax_evaluation_free(ax_evaluation *e);
/* Predicts every validation image at full size (with val_flip, by the mean of its logits and its mirror image's) and
   fills in reward and the task's figures. masks_path: see ax_train_job, may be NULL. */
ax_code ax_evaluation_run(ax_evaluation *e, const char *masks_path, ax_outcome *out, ax_err *err);
/* The inference network, from "image" {n,h,w,3} or from the encoder's outputs (named as by ax_decoder_taps), to
   "prediction" in the task's format or, with `logits`, to "logits" {n,h/4,w/4,outputs}. spec: not training, no
   auxiliary heads. The caller frees it. */
ax_graph *ax_evaluation_graph(const ax_encoder *encoder, const ax_task_spec *task, const ax_decoder_spec *spec,
                              int32_t n, int32_t h, int32_t w, bool end_to_end, bool logits, ax_err *err);
/* Memory that a validation's plan will take, in bytes, for the size of the first image. */
ax_code ax_evaluation_predict(ax_trainer *t, const ax_decoder_spec *spec, bool end_to_end, size_t *bytes, ax_err *err);
/* The frozen encoder's parameters, for a model file. The caller frees them before the trainer. */
ax_params *ax_evaluation_encoder(ax_trainer *t, ax_err *err);

#endif
