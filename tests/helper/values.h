/* Operations on numbers worked out by hand: inputs are set, and outputs compared. */
#ifndef AX_TEST_VALUES_H
#define AX_TEST_VALUES_H

#include "tests/helper/oracle.h"

typedef struct values {
    const ax_backend *b;
    ax_device *dev;
} values;

/* Numbers and their count: the last two arguments of the functions below. */
#define FLOATS(...) ((const float[]) { __VA_ARGS__ }), sizeof((const float[]) { __VA_ARGS__ }) / sizeof(float)

/* Set a tensor of this type, which has n elements; the i-th input; all elements to the same value. */
void values_set(void *to, ax_type type, const float *from, size_t n);
void values_in(ax_trial *t, uint32_t i, const float *from, size_t n);
void values_all(float *to, ax_type type, float value);
/* Fails the test unless the first n elements are these, to within 1e-5 of their magnitude or of 1. */
void values_are(const values *s, const ax_trial *t, const char *what, const void *got, const float *want, size_t n);
/* Runs the operation, or its gradient; an error fails the test. */
void values_forward(const values *s, ax_trial *t);
void values_backward(const values *s, ax_trial *t);
/* Runs the checks, indexed by operation, on a new device of the backend; operations without a check are left out, and
   so are FUSED and CHAIN if the backend lacks them. */
void values_check(const ax_backend *be, void (*const check[AX_OP_COUNT])(const values *));

#endif
