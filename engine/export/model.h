/* A model file as others read it: the ONNX model of its network, or its tensors without batch norm. */
#ifndef AX_EXPORT_MODEL_H
#define AX_EXPORT_MODEL_H

#include "engine/base/str.h"
#include "engine/model/predictor.h"

typedef struct ax_export {
    bool argmax;    /* a class map comes out, at the image's size; else what the decoder computes */
    bool normalise; /* the input is RGB, 0 to 255; else it is normalised already */
    int32_t h, w;   /* of the image, multiples of 32; 0 = any */
    int32_t batch;  /* 0 = any */
} ax_export;

/* The network for n images of h x w with its tensors, in p's session. image: where to put the input, or NULL. */
ax_code ax_export_build(ax_predictor *p, int32_t n, int32_t h, int32_t w, ax_val *image, ax_val *out, ax_err *err);

/* The model's bytes into out (initialised by the caller, with AX_ONNX_BYTES at least). p is open, and its session has
   backend and device; it is used up. AX_EINVAL: a wish that isn't for this model. */
ax_code ax_export_onnx(ax_predictor *p, const ax_export *e, ax_str *out, ax_err *err);

/* Writes path, a user's: the model's tensors as float32 and its metadata. fold: batch norm is taken into the
   convolutions, whose biases are "....conv.bias" then, and "format" is "auxcell-folded"; else it is a model file. Both
   have the keys "exported_by" and "source_sha256". p as above. */
ax_code ax_export_safetensors(ax_predictor *p, bool fold, const char *path, ax_err *err);

#endif
