/* The input images of predict: files, folders, lists, standard input. */
#ifndef AX_COMMAND_PREDICT_INPUTS_H
#define AX_COMMAND_PREDICT_INPUTS_H

#include "engine/command/program.h"

typedef struct ax_predict_input {
    char *path; /* owned */
    char *name; /* base name of its outputs: "a.png", below a folder "sub/a.png"; owned */
} ax_predict_input;

typedef struct ax_predict_inputs {
    ax_predict_input *input;
    size_t n, cap;
} ax_predict_inputs;

#define AX_STANDARD_INPUT "/dev/stdin"

/* Adds an operand: "-" is standard input, a folder means all its pictures at any depth, otherwise a file. */
ax_code ax_predict_inputs_add(ax_predict_inputs *in, const ax_program *prog, const char *operand, ax_err *err);
/* Adds the pictures listed in a text file. */
ax_code ax_predict_inputs_list(ax_predict_inputs *in, const ax_program *prog, const char *path, ax_err *err);
void ax_predict_inputs_release(ax_predict_inputs *in);

#endif
