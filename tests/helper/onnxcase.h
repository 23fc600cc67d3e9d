/* Cases of export to ONNX in a temporary folder: models, and what our engine computes from them, for oracle.py. */
#ifndef AX_TEST_ONNXCASE_H
#define AX_TEST_ONNXCASE_H

#include "engine/graph/plan.h"

#include <stdio.h>

typedef struct onnxcases {
    const ax_backend *be;
    ax_device *dev;
    char dir[64];
    FILE *list; /* the list of cases, for oracle.py */
    unsigned n_models, n_cases;
} onnxcases;

/* A network with weights. */
typedef struct onnxnet {
    ax_graph *g;
    ax_params *p;
    bool owns;                           /* whether it owns p */
    int32_t multiple;                    /* the sides of images of any size must be multiples of this */
    ax_val image, logits, full, classes; /* full: logits at the image's size */
} onnxnet;

typedef struct onnxvariant {
    bool any_size, any_batch, normalise, argmax;
} onnxvariant;

/* Fixtures of a group of tests. */
int onnxcase_set_up(void **state);
int onnxcase_tear_down(void **state);
/* The group's last test: onnxruntime computes the same from the cases; skipped where it can't be imported. */
void onnxcase_oracle(void **state);

void onnxcase_check(ax_code code, const ax_err *err); /* fails the test unless AX_OK */
void onnxcase_free(onnxnet *n);
/* Batch norm's parameters and statistics other than 0 and 1, as after training: otherwise folding would change nothing.
   Those whose names start with prefix. */
void onnxcase_stir(ax_params *p, const char *prefix);
/* Writes the model twice, to the same bytes; its name goes to `name`. */
void onnxcase_model(onnxcases *f, const onnxnet *net, onnxvariant v, char name[static 32]);
/* Writes our engine's results for an image, and the line for oracle.py: model, argmax or logits, input and its shape,
   results and their shapes. */
void onnxcase_write(onnxcases *f, const onnxnet *net, const char *model, onnxvariant v);

#endif
