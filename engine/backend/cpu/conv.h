/* The interface of convolution implementations on the CPU. conv.c has their table and chooses the cheapest suitable one
   for every pass. A new implementation is a file and a row in that table. */
#ifndef AX_BACKEND_CPU_CONV_H
#define AX_BACKEND_CPU_CONV_H

#include "engine/backend/cpu/device.h"

/* Passes, as bits: output, gradient of the input, gradient of the weights. The bias's gradient is not a pass: it is the
   same sum for every convolution, and conv.c computes it. */
enum { AX_CONV_FORWARD = 1, AX_CONV_DATA = 2, AX_CONV_WEIGHTS = 4 };

/* The task of an implementation. It excludes the number of images: an image's result must not depend on the rest of its
   batch. */
typedef struct ax_conv {
    ax_conv_shape shape;
    uint32_t groups; /* 1, or one per channel */
    bool bias;       /* the forward pass adds a bias */
    bool constant;   /* forward pass of inference: weights don't change, and there may be an epilogue */
    bool rows;       /* constant, computed some rows of an image at a time */
    unsigned passes; /* AX_CONV_DATA and AX_CONV_WEIGHTS together when one implementation does both */
    void *prep;      /* private data: made by prepare, freed by release */
    size_t packed;   /* if constant: bytes of the weights in the implementation's layout; set by prepare */
} ax_conv;

/* The tensors of a run: maps NHWC, weights OIHW. */
typedef struct ax_conv_memory {
    int32_t n;            /* number of images */
    const ax_map *x, *dy; /* dy: for the gradients' passes */
    const float *w;
    const ax_epilogue *e; /* for the forward pass; NULL: none; unless constant, only a bias */
    ax_map *y, *dx;       /* outputs of the passes */
    float *dw;
    void *work;   /* scratch of the size that prepare asked for, undefined content */
    void *packed; /* if constant: weights in the implementation's layout; else NULL */
    bool ready;   /* an earlier run has packed them, and w isn't read */
} ax_conv_memory;

/* The places of packed weights, of this many floats, and of the remaining scratch. Unless constant, the weights are the
   first part of the scratch. */
static inline void *ax_conv_packed(const ax_conv_memory *m)
{
    return m->packed ? m->packed : m->work;
}
static inline float *ax_conv_scratch(const ax_conv_memory *m, size_t packed_floats)
{
    return (float *)m->work + (m->packed ? 0 : packed_floats);
}
/* For prepare: bytes of scratch of a pass that needs this many floats, of which so many for its weights. */
static inline size_t ax_conv_work(ax_conv *c, size_t floats, size_t packed_floats)
{
    c->packed = packed_floats * sizeof(float);
    return (floats - (c->constant ? packed_floats : 0)) * sizeof(float);
}

/* Some output rows of an image. */
typedef struct ax_conv_rows {
    const ax_map *x; /* the image; if `ring` isn't 0, only that many of its rows: row r is at r % ring */
    int32_t ring, r0, r1;
    const ax_epilogue *e; /* its maps, like y, begin with row r0 */
    ax_map *y;
    void *packed, *work; /* as in ax_conv_memory, with ready set */
    int task;            /* index of its part of the scratch */
} ax_conv_rows;

typedef struct ax_conv_impl {
    const char *name;
    /* Whether it supports all passes of c. */
    bool (*fits)(const ax_device *dev, const ax_conv *c);
    /* Cost of a pass for one image, in multiply-adds at full speed; called only if `fits`. */
    double (*cost)(const ax_device *dev, const ax_conv *c);
    /* Sets *work to the bytes of scratch that a run needs. */
    ax_code (*prepare)(ax_device *dev, ax_conv *c, size_t *work, ax_err *err);
    void (*run)(ax_device *dev, const ax_conv *c, const ax_conv_memory *m);
    void (*release)(ax_conv *c); /* optional */
    /* Optional: the forward pass of a constant convolution row by row, in the calling thread. Rows r0 .. r1 of a 1x1
       must not wrap around the ring's end. */
    void (*rows)(const ax_device *dev, const ax_conv *c, const ax_conv_rows *m);
} ax_conv_impl;

extern const ax_conv_impl ax_conv_depthwise, ax_conv_pointwise, ax_conv_direct, ax_conv_winograd, ax_conv_im2col,
    ax_conv_plain;

/* All implementations, in order of preference; see conv.c. None of bfloat16 maps is plain: im2col takes what the others
   leave. */
enum { AX_CONV_IMPLS = 6 - AX_NARROW_MAPS };
extern const ax_conv_impl *const ax_conv_impls[AX_CONV_IMPLS];

/* The task of a CONV2D or a FUSED; the caller sets passes and, for a FUSED, its additional members. */
ax_conv ax_conv_of(const ax_call *call);
/* Whether implementation i supports all passes of c. */
bool ax_conv_fits(const ax_device *dev, size_t i, const ax_conv *c);
/* The cheapest suitable one; NULL: none, with err set. */
const ax_conv_impl *ax_conv_choose(const ax_device *dev, const ax_conv *c, ax_err *err);
/* Adds to *out that impl computes it, and the costs of all suitable ones for its first pass, in millions of
   multiply-adds. */
void ax_conv_explain(const ax_device *dev, const ax_conv_impl *impl, ax_conv c, ax_explanation *out);

/* Multiply-adds of the direct sum over taps inside the map, for one image. */
double ax_conv_macs(const ax_conv *c);

/* Packs inputs i0 .. i1 of one block of `width` output channels from c0 on into {k,k,ci,width}, zero-padded. Element
   (o, i, k) of w is at o * so + i * si + k; taps are rotated by 180 degrees if requested. With pairs, inputs 2i and
   2i + 1 are one weight. */
void ax_conv_pack(const ax_conv_shape *g, const float *w, size_t so, size_t si, bool turn, int32_t c0, int32_t width,
                  int32_t i0, int32_t i1, ax_weight *to);

#endif
