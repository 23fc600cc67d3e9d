/* The images of a call of predict: files, folders, lists, standard input. */
#ifndef AX_COMMAND_PREDICT_INPUTS_H
#define AX_COMMAND_PREDICT_INPUTS_H

#include "engine/command/program.h"

typedef struct ax_predict_input {
    char *path; /* owned */
    char *name; /* what its outputs are called by: "a.png", below a folder "sub/a.png"; owned */
} ax_predict_input;

typedef struct ax_predict_inputs {
    ax_predict_input *input;
    size_t n, cap;
} ax_predict_inputs;

#define AX_STANDARD_INPUT "/dev/stdin"

/* Adds what an operand means: "-" is standard input, a folder its pictures at any depth, all else a file. */
ax_code ax_predict_inputs_add(ax_predict_inputs *in, const ax_program *prog, const char *operand, ax_err *err);
/* Adds the pictures that a text file lists. */
ax_code ax_predict_inputs_list(ax_predict_inputs *in, const ax_program *prog, const char *path, ax_err *err);
void ax_predict_inputs_release(ax_predict_inputs *in);

#endif
