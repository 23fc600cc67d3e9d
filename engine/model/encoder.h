/* What stands before the decoder: a network with taps, and its weights: the ones that are built in, or a file's. */
#ifndef AX_MODEL_ENCODER_H
#define AX_MODEL_ENCODER_H

#include "engine/graph/params.h"
#include "engine/model/mobilenet.h"
#include "engine/model/safetensors.h"
#include "engine/space/taps.h"

enum { AX_ENCODER_NAME = 160, AX_ENCODER_LICENSE = 64, AX_ENCODER_PATH = 512 };

/* A description: it can be copied. */
typedef struct ax_encoder {
    char name[AX_ENCODER_NAME];       /* as a model file says it: "MobileNet-v2 x1.0, ImageNet" */
    char license[AX_ENCODER_LICENSE]; /* of the weights; "" = not known */
    ax_mobilenet net;
    ax_taps taps;
    uint64_t key;               /* a hash of network and weights; 0 = the built-in one */
    char path[AX_ENCODER_PATH]; /* of the weights; "" = built in */
} ax_encoder;

/* The encoder of every network that isn't told another. */
const ax_encoder *ax_encoder_builtin(void);
#define AX_ENCODER_BUILTIN "built-in"
/* As much of an encoder as decoders need that read its finest `taps` taps; 0 = all of it. */
ax_encoder ax_encoder_cut(const ax_encoder *e, int taps);
/* The encoder that a setting names, cut to `taps`: that word or "" is the built-in one, else a safetensors file with
   torchvision's, timm's or our own names for its tensors, whose shapes say how wide it is. Reads the file, so that all
   that is wrong with it is said here: AX_EIO, AX_EFORMAT (no MobileNet-v2, a tensor is missing, of another shape, or
   has no numbers to compute with). */
ax_code ax_encoder_open(const char *setting, int taps, ax_encoder *out, ax_err *err);
/* The encoder of a model file: its network, without weights of its own. */
ax_code ax_encoder_of_model(const ax_safetensors *st, ax_encoder *out, ax_err *err);
/* What a model file says of the network of its encoder, under this key; NULL: nothing, as it is the paper's. */
#define AX_ENCODER_LAYOUT "encoder_layout"
const char *ax_encoder_layout(const ax_encoder *e, char buf[static AX_MOBILENET_TEXT]);

/* Appends the encoder reading image {n,h,w,3} (engine/base/normalise.h). train: batch statistics and gradients.
   Parameters: "encoder....". */
ax_code ax_encoder_build(const ax_encoder *e, ax_graph *g, ax_val image, bool train, ax_val taps[AX_MAX_TAPS],
                         ax_err *err);
/* The encoder alone, in evaluation mode: appends it with its input "image" {1,h,w,3}, and keeps the taps by their
   names. */
ax_code ax_encoder_graph(const ax_encoder *e, ax_graph *g, int32_t h, int32_t w, ax_err *err);
/* The built-in weights, or its file. Caller frees. */
ax_safetensors *ax_encoder_weights(const ax_encoder *e, ax_err *err);
/* The parameters of a graph with the encoder in it, which has its weights; the others are zero until a file or a copy
   fills them. Caller frees. AX_EDATA: its file is another one than when it was opened. */
ax_params *ax_encoder_params(const ax_encoder *e, const ax_graph *g, const ax_backend *be, ax_device *dev, ax_err *err);

#endif
