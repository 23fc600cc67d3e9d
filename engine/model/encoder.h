/* What stands before the decoder: a network with taps, and its weights. */
#ifndef AX_MODEL_ENCODER_H
#define AX_MODEL_ENCODER_H

#include "engine/graph/params.h"
#include "engine/model/safetensors.h"
#include "engine/space/taps.h"

typedef struct ax_encoder {
    const char *name;
    ax_taps taps;
    /* Appends the encoder reading image {n,h,w,3} (engine/base/normalise.h). train: batch statistics and gradients.
       Parameters: "encoder....". */
    ax_code (*build)(ax_graph *g, ax_val image, bool train, ax_val taps[AX_MAX_TAPS], ax_err *err);
    /* Fills the encoder's parameters from a file; says which tensor is missing or has another shape. */
    ax_code (*load)(ax_params *p, const ax_safetensors *st, ax_err *err);
    /* The weights that are built into the engine. Caller frees. */
    ax_safetensors *(*embedded)(ax_err *err);
} ax_encoder;

/* The encoder of every network. */
const ax_encoder *ax_encoder_get(void);
/* The encoder alone, in evaluation mode: appends it with its input "image" {1,h,w,3}, and keeps the taps by their
   names. */
ax_code ax_encoder_graph(const ax_encoder *e, ax_graph *g, int32_t h, int32_t w, ax_err *err);
/* The parameters of a graph with the encoder in it, which has the built-in weights; the others are zero until a file or
   a copy fills them. Caller frees. */
ax_params *ax_encoder_params(const ax_encoder *e, const ax_graph *g, const ax_backend *be, ax_device *dev, ax_err *err);

#endif
