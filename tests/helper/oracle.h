/* Runs one operation on any backend, with separate memory for each tensor, and compares: a backend against another,
   gradients against central differences. Strict on purpose: operands that the operation's table doesn't name are
   absent, outputs and scratch hold garbage before a run, and writing a byte beyond a tensor fails. */
#ifndef AX_TEST_ORACLE_H
#define AX_TEST_ORACLE_H

#include "engine/op/backend.h"
#include "tests/helper/cases.h"

/* Host copies of all inputs and outputs. */
typedef struct ax_trial {
    const ax_case *c;
    const ax_op_info *info;
    ax_type out_type[AX_MAX_OUT];
    void *in[AX_MAX_IN];    /* before forward */
    void *after[AX_MAX_IN]; /* after forward: running statistics move */
    void *out[AX_MAX_OUT];
    float *dout;           /* the arriving gradient of output 0 */
    float *din[AX_MAX_IN]; /* NULL: the operation has no gradient for this input */
    bool bf16; /* the backend has bfloat16 maps; the ones above are floats all the same and are rounded when copied */
} ax_trial;

/* Random inputs and arriving gradient; aborts if the types of the case don't fit its operation. */
void ax_trial_init(ax_trial *t, const ax_case *c, uint64_t seed);
void ax_trial_release(ax_trial *t);

/* inplace: output 0 (or the gradient of input 0) shares memory with an input if the operation's table allows it.
   wanted: one bit per output, or per gradient; the others have no memory, and the trial keeps its old values. */
ax_code ax_trial_forward(ax_trial *t, const ax_backend *b, ax_device *dev, uint32_t wanted, bool inplace, ax_err *err);
ax_code ax_trial_backward(ax_trial *t, const ax_backend *b, ax_device *dev, uint32_t wanted, bool inplace, ax_err *err);
/* Rounds the input maps and the arriving gradient to bfloat16. */
void ax_trial_round(ax_trial *t);
/* Whether the operation has a gradient at all. */
bool ax_trial_has_backward(const ax_trial *t);

/* Forward with all outputs and, if the operation has gradients, backward with the wanted ones; fails the test (cmocka)
   if the backend fails. */
void ax_trial_run(ax_trial *t, const ax_backend *b, ax_device *dev, uint32_t wanted, bool inplace);

/* ---- agree.c ---- */

/* A new trial, run in one of three ways: all gradients together, one at a time, in place. */
enum { AX_WAYS = 3 };
extern const char *const ax_way_name[AX_WAYS];
void ax_trial_in_way(ax_trial *t, const ax_case *c, uint64_t seed, const ax_backend *b, ax_device *dev, int way);
/* Fails the test unless two trials of one case agree: the largest difference of a tensor is at most tolerance times the
   largest magnitude in `want`, or times `least` if that is larger. */
void ax_trial_compare(const ax_trial *want, const ax_trial *got, double tolerance, double least, const char *who);
/* The same with the tolerance of a backend against the reference, which depends on the operation. */
void ax_trial_agrees(const ax_trial *want, const ax_trial *got, const char *who);
/* Fails the test unless the trials hold the same bits. */
void ax_trial_identical(const ax_trial *a, const ax_trial *b, const char *who);
/* Fails the test unless every operation was seen. */
void ax_every_op_was(const bool seen[AX_OP_COUNT]);

/* ---- gradient.c ---- */

/* Fails the test unless the gradients of t, computed by the backend's backward kernel, equal central differences of its
   forward kernel. */
void ax_trial_check_gradient(ax_trial *t, const ax_backend *b, ax_device *dev);

#endif
