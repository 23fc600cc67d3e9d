/* Internals shared by the two files that check golden decoders. */
#ifndef AX_COMMAND_SELFTEST_DECODER_INTERNAL_H
#define AX_COMMAND_SELFTEST_DECODER_INTERNAL_H

#include "engine/command/selftest/selftest.h"
#include "engine/graph/plan.h"
#include "engine/space/decoder.h"

enum { AX_DECODER_NAME = 160 };

typedef struct ax_decoder_bench {
    ax_selftest *s;
    const ax_safetensors *st;
    const char *file;
    uint32_t n_aux;      /* in the training graph */
    int n_taps;          /* number of taps that the space reads */
    float lr;            /* of the Adam step */
    bool trains, taught; /* it has labels; it has a teacher's logits */
    ax_decoder_spec spec;
    ax_type tap[AX_MAX_TAPS], labels, teacher;
    ax_graph *train, *eval;
    ax_params *params;
    ax_plan *plan;
    double largest_grad; /* largest gradient in the file */
} ax_decoder_bench;

/* Absolute tolerances (those of float32 are in the README of the golden vectors): for values and gradients as fractions
   of a tensor's largest value; for gradients also of the file's largest gradient and of float32's rounding error, which
   TF32 exceeds by 2^13, and bfloat16 by 2^16. The files' maps are small, so batch norms over few values and ReLUs near
   0 amplify errors; with a search's maps they are smaller. */
typedef struct ax_decoder_limit {
    double value, grad, grad_file, grad_templates, noise;
} ax_decoder_limit;
const ax_decoder_limit *ax_decoder_limits(const ax_decoder_bench *b);

/* After a run of the training graph: compares everything the file has of the step, and prints the tallies. */
ax_code ax_decoder_compare_training(ax_decoder_bench *b, ax_err *err); /* decoder_training.c */

#endif
