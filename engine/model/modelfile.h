/* A trained network as a file: safetensors whose metadata says all that inference needs. */
#ifndef AX_MODEL_MODELFILE_H
#define AX_MODEL_MODELFILE_H

#include "engine/graph/params.h"
#include "engine/model/encoder.h"
#include "engine/model/safetensors.h"
#include "engine/space/genotype.h"
#include "engine/task/task.h"

typedef struct ax_model_info {
    ax_genotype genotype;
    int32_t channels, repeats;
    bool concat; /* as ax_decoder_spec has it */
    ax_encoder encoder;
    ax_task_spec task;
    ax_outcome outcome; /* its task's figures, on the validation split; NAN = not known */
    char data[512];     /* data set it was trained on */
} ax_model_info;

/* Writes path (whole or not at all): encoder and decoder parameters without auxiliary heads. Trainable parameters come
   from the Polyak average when averaged is true and one exists. The encoder's come from encoder (its own names), since
   stage 1 doesn't hold them; NULL: from p. output: a user named the path (ax_output_write); else it is in a run's
   directory (ax_file_replace). */
ax_code ax_model_write(const char *path, bool output, const ax_model_info *info, const ax_params *p, bool averaged,
                       const ax_params *encoder, ax_err *err);
/* Reads the metadata; AX_EFORMAT says which key is missing or wrong. name is for messages. */
ax_code ax_model_read_info(const ax_safetensors *st, const char *name, ax_model_info *info, ax_err *err);
/* Fills every parameter of p from the file; AX_EFORMAT says which tensor is missing or has another shape. */
ax_code ax_model_load(const ax_safetensors *st, const char *name, ax_params *p, ax_err *err);

#endif
