/* A folder with a teacher's logits: for each training image one .npy or .safetensors file (tensor "logits", or the only
   one). It is under the image's path within the data set (train/s1/0001.npy for train/s1/0001.png), or under its name
   alone (0001.npy) if no other training image is called so. Logits are {outputs,h,w} or {1,outputs,h,w} as PyTorch has
   them, at the image's size divided by 1, 2, 4, 8, 16 or 32 (rounded up). */
#ifndef AX_TRAIN_LOGITS_FOLDER_H
#define AX_TRAIN_LOGITS_FOLDER_H

#include "engine/train/source.h"

/* Looks at the files of all training images; *out is another one when the logits may be others. AX_EIO: can't be read,
   AX_EFORMAT: no such file in it, or one that could be that of two images. */
ax_code ax_logits_folder_fingerprint(const char *dir, ax_source *source, ax_fingerprint *out, ax_err *err);
/* Names the files of all training images (ax_source_ops.files). */
ax_code ax_logits_folder_files(const char *dir, ax_source *source, ax_files *out, ax_err *err);
/* The logits that belong to a sample, out {h/4,w/4,outputs}: at the centre of each cell of 4x4 pixels, where the sample
   was cut; bilinear between the stored ones; beyond the image those of its edge. Errors name the file: AX_EIO
   (missing), AX_EFORMAT (damaged, other outputs, other size). */
ax_code ax_logits_folder_read(const char *dir, ax_source *source, const ax_sample *sample, float *out, ax_err *err);

#endif
