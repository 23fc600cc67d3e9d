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
    unsigned passes; /* AX_CONV_DATA and AX_CONV_WEIGHTS together when one implementation does both */
    void *prep;      /* the implementation's own: made by prepare, undone by release */
} ax_conv;

/* Where a run finds its tensors: maps NHWC, weights OIHW. */
typedef struct ax_conv_memory {
    int32_t n;                      /* images */
    const float *x, *w, *bias, *dy; /* bias NULL: none; dy: of the gradients' passes */
    float *y, *dx, *dw;             /* what the passes make */
    void *work;                     /* as many bytes as prepare asked for, undefined */
} ax_conv_memory;

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
} ax_conv_impl;

extern const ax_conv_impl ax_conv_depthwise, ax_conv_pointwise, ax_conv_direct, ax_conv_winograd, ax_conv_im2col,
    ax_conv_plain;

/* All of them; conv.c says which is asked first. */
enum { AX_CONV_IMPLS = 6 };
extern const ax_conv_impl *const ax_conv_impls[AX_CONV_IMPLS];

/* Multiply-adds of the direct sum over the taps that are inside the map, for one image. */
double ax_conv_macs(const ax_conv *c);

/* The inputs i0 .. i1 of one block of `width` output channels from c0 on, of weights packed as {k,k,ci,width} and
   filled up with zeros; element (o, i, k) of w is at o * so + i * si + k, the taps turned round if asked. */
void ax_conv_pack(const ax_conv_shape *g, const float *w, size_t so, size_t si, bool turn, int32_t c0, int32_t width,
                  int32_t i0, int32_t i1, float *to);

#endif
