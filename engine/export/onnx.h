/* Writes an inference graph as an ONNX model, operation by operation, independent of the network's structure. */
#ifndef AX_EXPORT_ONNX_H
#define AX_EXPORT_ONNX_H

#include "engine/base/str.h"
#include "engine/graph/params.h"

typedef struct ax_onnx_meta {
    const char *key, *value;
} ax_onnx_meta;

typedef struct ax_onnx_spec {
    ax_val image, output; /* values of the graph; image {n,h,w,3} */
    const char *name;     /* of the output; the input is named "image" */
    /* Height and width are named axes that accept any multiple of `multiple`; the graph must be built for
       AX_ONNX_HEIGHT times AX_ONNX_WIDTH times that. Otherwise they are fixed to the graph's. */
    bool any_size;
    int32_t multiple;
    bool any_batch; /* the graph has n = 1, and the axis is named "batch" */
    bool normalise; /* the input is RGB, 0 to 255; the model computes (RGB/255 - mean) / std */
    const char *doc;
    const ax_onnx_meta *meta; /* keys must be unique */
    size_t n_meta;
} ax_onnx_spec;

/* Primes, so that a map whose size isn't the image's divided by a power of two is noticed. */
enum { AX_ONNX_HEIGHT = 7, AX_ONNX_WIDTH = 11 };

/* Whether every map that output depends on is 1x1, or the image's size times a power of two: required for any_size, and
   also for any_batch where there are resizes. Networks that shrink further than the encoder need a larger `multiple`.
   AX_ENOMEM. */
ax_code ax_onnx_fits(const ax_graph *g, ax_val image, ax_val output, bool *fits, ax_err *err);

/* Appends the model's bytes to out, the same every time: opset 13, IR version 7, NCHW, float32. The output is {n,h,w}
   int64 when it is an ARGMAX; else {n,c,h,w}. Batch norm is folded into convolutions. A constant map (from global
   pooling) stays 1x1 until a node needs its full size. Nodes that output doesn't depend on are left out. AX_EINVAL: a
   training operation or, with any_size, a size that isn't the image's times a power of two. */
ax_code ax_onnx_write(const ax_graph *g, const ax_params *p, const ax_onnx_spec *spec, ax_str *out, ax_err *err);

#endif
