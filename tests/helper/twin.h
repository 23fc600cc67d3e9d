/* The same operation on two devices: a backend under test against the reference. */
#ifndef AX_TESTS_HELPER_TWIN_H
#define AX_TESTS_HELPER_TWIN_H

#include "engine/op/backend.h"

typedef struct twin {
    const ax_backend *be[2]; /* 0: reference, 1: under test */
    ax_device *dev[2];
    double tolerance; /* relative to a tensor's largest magnitude */
    double floor;     /* the smallest magnitude that tolerance is relative to, for sums that may cancel */
    unsigned cases;
    bool bf16; /* the device under test has maps in bfloat16, and both see inputs that are rounded to it */
} twin;

/* isa: value of AUXCELL_ISA, NULL = the best; "bf16": the best, with maps in bfloat16. False if the CPU lacks it
 * (nothing is open then). */
bool twin_open(twin *t, const char *isa, int threads);
void twin_close(twin *t);

/* Runs the operation on both devices with random inputs of these types (labels: ids below the channels of input 0, some
   AX_IGNORE), forward and, if it has gradients, backward, and asserts that all results agree; then in place where the
   operation's table allows it, which must give the same bits. seed: of the inputs. */
void twin_check(twin *t, ax_op op, ax_attr attr, const ax_type *in, uint32_t n_in, unsigned seed);
/* Runs the same twice on the device under test and asserts equal bits. */
void twin_repeat(twin *t, ax_op op, ax_attr attr, const ax_type *in, uint32_t n_in, unsigned seed);

/* Runs it on the device under test for a batch and for each image alone, and asserts equal bits. Inputs whose shape has
   the batch's n are maps of it. */
void twin_alone(twin *t, ax_op op, ax_attr attr, const ax_type *in, uint32_t n_in, unsigned seed);

static inline ax_type twin_map(int32_t n, int32_t h, int32_t w, int32_t c)
{
    return (ax_type) { .shape = { n, h, w, c } };
}
static inline ax_type twin_weight(int32_t o, int32_t k, int32_t i)
{
    return (ax_type) { .shape = { o, k, k, i }, .layout = AX_OIHW };
}

#endif
