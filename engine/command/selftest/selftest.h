/* Parts of the selftest command: comparisons with a tolerance, and one check per kind of golden file. */
#ifndef AX_COMMAND_SELFTEST_SELFTEST_H
#define AX_COMMAND_SELFTEST_SELFTEST_H

#include "engine/graph/plan.h"
#include "engine/model/safetensors.h"
#include "engine/op/backend.h"

/* Deliberate rounding on the device: none, factors of convolutions to 10 bits of mantissa, or maps to 7; on the CPU
   weights, too. */
typedef enum ax_rounding { AX_ROUND_NONE, AX_ROUND_TF32, AX_ROUND_BF16, AX_ROUND_BF16_CPU, AX_ROUNDINGS } ax_rounding;

typedef struct ax_selftest {
    const ax_backend *be;
    ax_device *dev;
    const char *weights;  /* file of the encoder's weights, NULL = search for it */
    bool json;            /* one object per row instead of a table */
    ax_rounding rounding; /* widens the tolerances */
    bool failed;          /* a comparison exceeded its tolerance */
} ax_selftest;

/* ---- comparing (report.c) ---- */
/* The worst error in a group of tensors. */
typedef struct ax_tally {
    const char *group;
    size_t tensors;
    double relative; /* largest error of a tensor over its largest value */
    double share;    /* largest error relative to its tolerance: above 1 is a failure */
    char where[112]; /* the tensor of the largest share */
} ax_tally;

/* Absolute tolerance of a tensor: share times its largest magnitude. */
double ax_tolerance(const float *want, size_t n, double share);
/* The same for parameters after a step from start: it is relative to the step, which is small compared with the
   values. */
double ax_tolerance_step(const float *want, const float *start, size_t n);
double ax_largest(const float *x, size_t n);
void ax_tally_add(ax_tally *t, const char *name, const float *got, const float *want, size_t n, double tolerance);
void ax_tally_head(const ax_selftest *s);
/* Prints the row; records a failure in s. */
void ax_tally_print(ax_selftest *s, const char *file, const ax_tally *t);

/* ---- files (report.c) ---- */
/* The tensor as float32 (malloc, the caller frees it); NULL: missing, or of another number of dimensions. n_dim -1:
   any. */
float *ax_golden_get(const ax_safetensors *st, const char *name, const int64_t *dim, int n_dim, ax_err *err);
ax_code ax_golden_number(const ax_safetensors *st, const char *key, int32_t least, int32_t most, int32_t *out,
                         ax_err *err);
/* Converts the file's NCHW to our NHWC. */
void ax_nchw_to_nhwc(const float *in, ax_shape s, float *out);

/* Compares a kept feature map with the file's tensor of that name; share: tolerance relative to its largest
   magnitude. */
ax_code ax_golden_compare(const ax_safetensors *st, const ax_plan *plan, const ax_graph *g, const char *value,
                          const char *name, double share, ax_tally *t, ax_err *err);

/* ---- one check per kind of file; AX_OK even if a comparison failed (s->failed) ---- */
ax_code ax_selftest_decoder(ax_selftest *s, const ax_safetensors *st, const char *file, ax_err *err);
ax_code ax_selftest_encoder(ax_selftest *s, const ax_safetensors *st, const char *file, ax_err *err);
ax_code ax_selftest_controller(ax_selftest *s, const ax_safetensors *st, const char *file, ax_err *err);
/* Without files: compares this device with the reference on small networks. */
ax_code ax_selftest_quick(ax_selftest *s, ax_err *err);

#endif
