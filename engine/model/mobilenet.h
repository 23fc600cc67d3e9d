/* MobileNet-v2 x1.0 (Sandler et al., CVPR 2018) up to its 17th block, and the four taps. */
#ifndef AX_MODEL_MOBILENET_H
#define AX_MODEL_MOBILENET_H

#include "engine/graph/params.h"
#include "engine/model/safetensors.h"
#include "engine/space/taps.h"

/* Appends the encoder reading image {n,h,w,3} (engine/base/normalise.h; h and w from 32, multiples of it unless the
   taps may be as large as each stride's half rounded up makes them). train: batch statistics and gradients. Parameters:
   "encoder.features....", names as torchvision. */
ax_code ax_mobilenet_build(ax_graph *g, ax_val image, bool train, ax_val taps[AX_TAPS], ax_err *err);
/* The encoder alone, in evaluation mode: appends it with its input "image" {1,h,w,3}, and keeps the taps by their
   names. */
ax_code ax_mobilenet_graph(ax_graph *g, int32_t h, int32_t w, ax_err *err);
/* Fills the encoder's parameters from a file with torchvision's or timm's names; says which tensor is missing or has
   another shape. */
ax_code ax_mobilenet_load(ax_params *p, const ax_safetensors *st, ax_err *err);
/* The parameters of a graph with the encoder in it, which has the built-in weights; the others are zero until a file or
   a copy fills them. Caller frees. */
ax_params *ax_mobilenet_params(const ax_graph *g, const ax_backend *be, ax_device *dev, ax_err *err);
/* The weights that are built into the engine (ImageNet; MIT licence). Caller frees. */
ax_safetensors *ax_mobilenet_embedded(ax_err *err);

#endif
