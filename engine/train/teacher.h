/* The teacher of knowledge distillation: the student is trained towards its logits on the crops of stage 1. It is
   either a model saved by this program, or a folder of logits from any source (logits_folder.h). */
#ifndef AX_TRAIN_TEACHER_H
#define AX_TRAIN_TEACHER_H

#include "engine/op/backend.h"
#include "engine/train/source.h"

typedef struct ax_teacher ax_teacher;

/* path: a model file or a folder. source, be and dev are borrowed. Errors name the file: AX_EDATA (can't be read,
   damaged), AX_EINVAL (a model for another task, or with other outputs). */
ax_teacher *ax_teacher_open(const char *path, ax_source *source, const ax_backend *be, ax_device *dev, ax_err *err);
/* Checks it likewise, as far as that takes no device: the tensors of a model aren't looked at. */
ax_code ax_teacher_check(const char *path, ax_source *source, ax_err *err);
void ax_teacher_free(ax_teacher *t);
/* Fingerprint of its files, without opening the model. AX_EIO, AX_EFORMAT: see ax_teacher_open. */
ax_code ax_teacher_fingerprint(const char *path, ax_source *source, ax_fingerprint *out, ax_err *err);
/* Registers its files (ax_source_ops.files). */
ax_code ax_teacher_files(const char *path, ax_source *source, ax_files *out, ax_err *err);
/* A hash of what its logits depend on. */
uint64_t ax_teacher_key(const ax_teacher *t);
/* Its logits on a sample of the training split: out {h/4,w/4,outputs}. */
ax_code ax_teacher_logits(ax_teacher *t, const ax_sample *sample, float *out, ax_err *err);

#endif
