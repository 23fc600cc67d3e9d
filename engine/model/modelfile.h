/* A trained network as a safetensors file whose metadata holds everything that inference needs. */
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
    bool concat; /* as in ax_decoder_spec */
    ax_encoder encoder;
    ax_task_spec task;
    ax_outcome outcome; /* the task's figures on the validation split; NAN = unknown */
    char data[512];     /* the data set it was trained on */
} ax_model_info;

/* Writes the encoder's and decoder's parameters to path (whole or not at all), without auxiliary heads. Trainable
   parameters come from the Polyak average when averaged is true and one exists. The encoder's come from `encoder`,
   since stage 1's parameters lack them; NULL: from p. output: the user named the path (ax_output_write); else it is in
   a run's directory (ax_file_replace). */
ax_code ax_model_write(const char *path, bool output, const ax_model_info *info, const ax_params *p, bool averaged,
                       const ax_params *encoder, ax_err *err);
/* Reads the metadata; AX_EFORMAT names a key that is missing or wrong. name: for messages. */
ax_code ax_model_read_info(const ax_safetensors *st, const char *name, ax_model_info *info, ax_err *err);
/* Loads every parameter of p from the file; AX_EFORMAT names a tensor that is missing or has another shape. */
ax_code ax_model_load(const ax_safetensors *st, const char *name, ax_params *p, ax_err *err);

#endif
