/* An inference graph as an ONNX model, operation by operation: what a network is made of doesn't matter here. */
#ifndef AX_EXPORT_ONNX_H
#define AX_EXPORT_ONNX_H

#include "engine/base/str.h"
#include "engine/graph/params.h"

typedef struct ax_onnx_meta {
    const char *key, *value;
} ax_onnx_meta;

typedef struct ax_onnx_spec {
    ax_val image, output; /* of the graph; image {n,h,w,3} */
    const char *name;     /* of the output; the input is "image" */
    /* Height and width are named axes: any multiple of `multiple` will do, and the graph was built for
       AX_ONNX_HEIGHT times AX_ONNX_WIDTH times that. Else they are as the graph has them. */
    bool any_size;
    int32_t multiple;
    bool any_batch; /* the graph's n is 1, and the axis is named "batch" */
    bool normalise; /* the input is RGB, 0 to 255, and (RGB/255 - mean) / std is in the model */
    const char *doc;
    const ax_onnx_meta *meta; /* no key twice */
    size_t n_meta;
} ax_onnx_spec;

/* Primes, so that a map whose size is no power of two times the image's is noticed. */
enum { AX_ONNX_HEIGHT = 7, AX_ONNX_WIDTH = 11 };

/* Whether every map that output depends on is 1x1, or of a power of two times the image's size: what any_size asks for,
   and any_batch too where there are resizes. A space whose networks shrink further than the encoder does needs a larger
   `multiple`. AX_ENOMEM. */
ax_code ax_onnx_fits(const ax_graph *g, ax_val image, ax_val output, bool *fits, ax_err *err);

/* Appends the model's bytes to out, which are the same each time: opset 13, IR version 7, NCHW, float32. A map of
   classes ({n,h,w} int64) when output is an ARGMAX; else {n,c,h,w}. Batch norm is taken into convolutions; a map that
   is the same everywhere (from global pooling) is left 1x1 until a node reads it that can't do with that. Nodes that
   output doesn't depend on are left out. AX_EINVAL: an operation that isn't of inference, or with any_size a size that
   isn't a power of two times the image's. */
ax_code ax_onnx_write(const ax_graph *g, const ax_params *p, const ax_onnx_spec *spec, ax_str *out, ax_err *err);

#endif
