/* A folder of a teacher's logits: one .npy or .safetensors file (tensor "logits", or the only one) per training image.
   Its path is the image's within the data set (train/s1/0001.npy for train/s1/0001.png), or its name alone (0001.npy)
   if no other training image has that name. Logits are {outputs,h,w} or {1,outputs,h,w} as in PyTorch, at the image's
   size divided by 1, 2, 4, 8, 16 or 32 (rounded up). */
#ifndef AX_TRAIN_LOGITS_FOLDER_H
#define AX_TRAIN_LOGITS_FOLDER_H

#include "engine/train/source.h"

/* Computes a hash, *out, of the files' fingerprints for all training images: it differs when the logits may differ.
   AX_EIO: can't be read; AX_EFORMAT: no file for any image, or a file that could belong to two images. */
ax_code ax_logits_folder_fingerprint(const char *dir, ax_source *source, ax_fingerprint *out, ax_err *err);
/* Registers the files of all training images (ax_source_ops.files). */
ax_code ax_logits_folder_files(const char *dir, ax_source *source, ax_files *out, ax_err *err);
/* The logits of a sample, out {h/4,w/4,outputs}, sampled at the centre of each cell of 4x4 pixels of the cut; bilinear
   between stored positions, and clamped to the edge beyond the image. Errors name the file: AX_EIO (missing),
   AX_EFORMAT (damaged, other outputs, other size). */
ax_code ax_logits_folder_read(const char *dir, ax_source *source, const ax_sample *sample, float *out, ax_err *err);

#endif
