/* Parts of the selftest command: comparing with a tolerance, and one file of golden vectors after the other. */
#ifndef AX_COMMAND_SELFTEST_SELFTEST_H
#define AX_COMMAND_SELFTEST_SELFTEST_H

#include "engine/graph/plan.h"
#include "engine/model/safetensors.h"
#include "engine/op/backend.h"

/* What the device rounds on purpose: nothing, factors of convolutions to 10 bits of mantissa, or maps to 7. */
typedef enum ax_rounding { AX_ROUND_NONE, AX_ROUND_TF32, AX_ROUND_BF16, AX_ROUNDINGS } ax_rounding;

typedef struct ax_selftest {
    const ax_backend *be;
    ax_device *dev;
    const char *weights;  /* file of the encoder's weights, NULL = look for it */
    bool json;            /* an object per row instead of a table */
    ax_rounding rounding; /* with wider tolerances */
    bool failed;          /* a comparison was beyond its tolerance */
} ax_selftest;

/* ---- comparing (report.c) ---- */
/* The worst of a group of tensors. */
typedef struct ax_tally {
    const char *group;
    size_t tensors;
    double relative; /* largest error of a tensor over its largest value */
    double share;    /* largest error over its tolerance: above 1 is a failure */
    char where[112]; /* the tensor of the largest share */
} ax_tally;

/* Absolute tolerance of a tensor: share times its largest magnitude. */
double ax_tolerance(const float *want, size_t n, double share);
/* The same for parameters after a step from start: what counts is the step, which is small beside the values. */
double ax_tolerance_step(const float *want, const float *start, size_t n);
double ax_largest(const float *x, size_t n);
void ax_tally_add(ax_tally *t, const char *name, const float *got, const float *want, size_t n, double tolerance);
void ax_tally_head(const ax_selftest *s);
/* Prints the row; a failure is remembered in s. */
void ax_tally_print(ax_selftest *s, const char *file, const ax_tally *t);

/* ---- files (report.c) ---- */
/* The tensor as float32, malloc, caller frees; NULL: it is missing or hasn't these dimensions. n_dim -1: any. */
float *ax_golden_get(const ax_safetensors *st, const char *name, const int64_t *dim, int n_dim, ax_err *err);
ax_code ax_golden_number(const ax_safetensors *st, const char *key, int32_t least, int32_t most, int32_t *out,
                         ax_err *err);
/* From the file's NCHW to our NHWC. */
void ax_nchw_to_nhwc(const float *in, ax_shape s, float *out);

/* A kept feature map against the file's tensor of that name; share: tolerance over its largest magnitude. */
ax_code ax_golden_compare(const ax_safetensors *st, const ax_plan *plan, const ax_graph *g, const char *value,
                          const char *name, double share, ax_tally *t, ax_err *err);

/* ---- one kind of file each: AX_OK also when a comparison failed (s->failed) ---- */
ax_code ax_selftest_decoder(ax_selftest *s, const ax_safetensors *st, const char *file, ax_err *err);
ax_code ax_selftest_encoder(ax_selftest *s, const ax_safetensors *st, const char *file, ax_err *err);
ax_code ax_selftest_controller(ax_selftest *s, const ax_safetensors *st, const char *file, ax_err *err);
/* No file: this device against the reference on small networks. */
ax_code ax_selftest_quick(ax_selftest *s, ax_err *err);

#endif
