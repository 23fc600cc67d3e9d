/* What the two files of golden decoders share. */
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
    uint32_t n_aux;      /* of the training graph */
    int n_taps;          /* that the decoder's space reads */
    float lr;            /* of the Adam step */
    bool trains, taught; /* there are labels, and logits of a teacher */
    ax_decoder_spec spec;
    ax_type tap[AX_MAX_TAPS], labels, teacher;
    ax_graph *train, *eval;
    ax_params *params;
    ax_plan *plan;
    double largest_grad; /* of the file */
} ax_decoder_bench;

/* Absolute tolerances (the README of the golden vectors has those of float32): of values and gradients as shares of a
   tensor's largest, of gradients also of the file's largest and of what float32's rounding does to them, which TF32's
   exceeds 2^13 times, and bfloat16's 2^16 times. The files' maps are small, so that batch norms of few values and ReLUs
   near 0 enlarge it: with maps of a search it is less. */
typedef struct ax_decoder_limit {
    double value, grad, grad_file, grad_templates, noise;
} ax_decoder_limit;
const ax_decoder_limit *ax_decoder_limits(const ax_decoder_bench *b);

/* After a run of the training graph: all that the file has of the step. Tallies are printed. */
ax_code ax_decoder_compare_training(ax_decoder_bench *b, ax_err *err); /* decoder_training.c */

#endif
