/* Operations on numbers worked out by hand: what goes in is set, and what comes out is compared. */
#ifndef AX_TEST_VALUES_H
#define AX_TEST_VALUES_H

#include "tests/helper/oracle.h"

typedef struct values {
    const ax_backend *b;
    ax_device *dev;
} values;

/* Numbers and how many they are: the last two arguments of the functions below. */
#define FLOATS(...) ((const float[]) { __VA_ARGS__ }), sizeof((const float[]) { __VA_ARGS__ }) / sizeof(float)

/* A tensor of this type, which has n elements; the i-th input; all elements alike. */
void values_set(void *to, ax_type type, const float *from, size_t n);
void values_in(ax_trial *t, uint32_t i, const float *from, size_t n);
void values_all(float *to, ax_type type, float value);
/* Fails the test unless the first n elements are these, to within 1e-5 of their magnitude or of 1. */
void values_are(const values *s, const ax_trial *t, const char *what, const void *got, const float *want, size_t n);
/* Runs the operation, or its gradient; an error fails the test. */
void values_forward(const values *s, ax_trial *t);
void values_backward(const values *s, ax_trial *t);
/* Runs checks on a new device of the backend, each indexed by its operation; operations without one are left out, and
   so are FUSED and CHAIN where the backend has none. */
void values_check(const ax_backend *be, void (*const check[AX_OP_COUNT])(const values *));

#endif
