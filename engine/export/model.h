/* Exports a model file for other programs: as an ONNX model, or as tensors without batch norm. */
#ifndef AX_EXPORT_MODEL_H
#define AX_EXPORT_MODEL_H

#include "engine/base/str.h"
#include "engine/model/predictor.h"

typedef struct ax_export {
    bool argmax;    /* the output is a class map at the image's size; else the decoder's output */
    bool normalise; /* the input is RGB, 0 to 255; else already normalised */
    int32_t h, w;   /* image size, multiples of 32; 0 = any */
    int32_t batch;  /* 0 = any */
} ax_export;

/* Builds the network for n images of h x w with its tensors, in p's session. image: receives the input; may be NULL. */
ax_code ax_export_build(ax_predictor *p, int32_t n, int32_t h, int32_t w, ax_val *image, ax_val *out, ax_err *err);

/* Writes the model's bytes into out (initialised by the caller, with a bound of at least AX_ONNX_BYTES). p is open, its
   session has backend and device, and it can't be used again afterwards. AX_EINVAL: an option that doesn't fit this
   model. */
ax_code ax_export_onnx(ax_predictor *p, const ax_export *e, ax_str *out, ax_err *err);

/* Writes the model's tensors as float32 and its metadata to path, named by the user. fold: batch norm is folded into
   the convolutions, which get biases "....conv.bias", and "format" is "auxcell-folded"; otherwise the result is a model
   file. Both contain the keys "exported_by" and "source_sha256". p: as above. */
ax_code ax_export_safetensors(ax_predictor *p, bool fold, const char *path, ax_err *err);

#endif
