/* Convolution on the CPU: what an implementation of it is. conv.c has the table of them and takes for every pass of a
   convolution the cheapest that can do it. A new implementation is a file and a row in that table. */
#ifndef AX_BACKEND_CPU_CONV_H
#define AX_BACKEND_CPU_CONV_H

#include "engine/backend/cpu/device.h"

/* Passes, as bits: the outputs, the gradient of the input, that of the weights. That of the bias is no pass: it is the
   same sum whatever the convolution, and conv.c's own. */
enum { AX_CONV_FORWARD = 1, AX_CONV_DATA = 2, AX_CONV_WEIGHTS = 4 };

/* What is asked of an implementation. The number of images isn't in it: an image's result must not depend on the
   others of its batch. */
typedef struct ax_conv {
    ax_conv_shape shape;
    uint32_t groups; /* 1, or one per channel */
    bool bias;       /* the forward pass adds one */
    bool constant;   /* the forward pass of inference: weights don't change, and there may be an epilogue */
    bool rows;       /* constant, and some rows of an image at a time */
    unsigned passes; /* AX_CONV_DATA and AX_CONV_WEIGHTS together when one implementation does both */
    void *prep;      /* the implementation's own: made by prepare, undone by release */
    size_t packed;   /* constant: bytes of the weights in its own order; set by prepare */
} ax_conv;

/* Where a run finds its tensors: maps NHWC, weights OIHW. */
typedef struct ax_conv_memory {
    int32_t n;               /* images */
    const float *x, *w, *dy; /* dy: of the gradients' passes */
    const ax_epilogue *e;    /* of the forward pass; NULL: none; unless constant a bias only */
    float *y, *dx, *dw;      /* what the passes make */
    void *work;              /* as many bytes as prepare asked for, undefined */
    void *packed;            /* constant: the weights in its own order; else NULL */
    bool ready;              /* they have been put there by a run before, and w isn't read */
} ax_conv_memory;

/* Where a pass has its weights in its own order, which take so many floats, and what scratch there is besides: unless
   they are constant they are the first part of the scratch. */
static inline float *ax_conv_packed(const ax_conv_memory *m)
{
    return m->packed ? m->packed : m->work;
}
static inline float *ax_conv_scratch(const ax_conv_memory *m, size_t packed_floats)
{
    return (float *)m->work + (m->packed ? 0 : packed_floats);
}
/* For prepare: the bytes of scratch of a pass that takes so many floats, of which so many are its weights. */
static inline size_t ax_conv_work(ax_conv *c, size_t floats, size_t packed_floats)
{
    c->packed = packed_floats * sizeof(float);
    return (floats - (c->constant ? packed_floats : 0)) * sizeof(float);
}

/* Some rows of the outputs of an image. */
typedef struct ax_conv_rows {
    const float *x; /* the image; if `ring` isn't 0 that many rows of it, row r in the place of r % ring */
    int32_t ring, r0, r1;
    const ax_epilogue *e; /* its maps, as y, begin with row r0 */
    float *y;
    void *packed, *work; /* as in ax_conv_memory; ready */
    int task;            /* whose part of the scratch */
} ax_conv_rows;

typedef struct ax_conv_impl {
    const char *name;
    /* Whether it can do all passes of c. */
    bool (*fits)(const ax_device *dev, const ax_conv *c);
    /* What a pass of one image takes, in multiply-adds at full speed; only asked where it fits. */
    double (*cost)(const ax_device *dev, const ax_conv *c);
    /* Says in *work how many bytes of scratch a run needs. */
    ax_code (*prepare)(ax_device *dev, ax_conv *c, size_t *work, ax_err *err);
    void (*run)(ax_device *dev, const ax_conv *c, const ax_conv_memory *m);
    void (*release)(ax_conv *c); /* optional */
    /* Optional: the forward pass of a constant convolution row by row, by the calling thread. Rows r0 .. r1 of the
       outputs of a 1x1 don't go round the ring's end. */
    void (*rows)(const ax_device *dev, const ax_conv *c, const ax_conv_rows *m);
} ax_conv_impl;

extern const ax_conv_impl ax_conv_depthwise, ax_conv_pointwise, ax_conv_direct, ax_conv_winograd, ax_conv_im2col,
    ax_conv_plain;

/* All of them; conv.c says which is asked first. */
enum { AX_CONV_IMPLS = 6 };
extern const ax_conv_impl *const ax_conv_impls[AX_CONV_IMPLS];

/* What a CONV2D or a FUSED asks for; passes, and for FUSED what only it has, are the caller's to set. */
ax_conv ax_conv_of(const ax_call *call);
/* The cheapest that can do it; NULL: none, and err says so. */
const ax_conv_impl *ax_conv_choose(const ax_device *dev, const ax_conv *c, ax_err *err);
/* Adds to *out that it is computed by impl, and what each that fits would cost for the first of its passes, in millions
   of multiply-adds. */
void ax_conv_explain(const ax_device *dev, const ax_conv_impl *impl, ax_conv c, ax_explanation *out);

/* Multiply-adds of the direct sum over the taps that are inside the map, for one image. */
double ax_conv_macs(const ax_conv *c);

/* The inputs i0 .. i1 of one block of `width` output channels from c0 on, of weights packed as {k,k,ci,width} and
   filled up with zeros; element (o, i, k) of w is at o * so + i * si + k, the taps turned round if asked. */
void ax_conv_pack(const ax_conv_shape *g, const float *w, size_t so, size_t si, bool turn, int32_t c0, int32_t width,
                  int32_t i0, int32_t i1, float *to);

#endif
