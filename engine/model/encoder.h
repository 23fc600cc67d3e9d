/* The encoder: a network with taps, and its weights, built-in or from a file. */
#ifndef AX_MODEL_ENCODER_H
#define AX_MODEL_ENCODER_H

#include "engine/graph/params.h"
#include "engine/model/mobilenet.h"
#include "engine/model/safetensors.h"
#include "engine/space/taps.h"

enum { AX_ENCODER_NAME = 160, AX_ENCODER_LICENSE = 64, AX_ENCODER_PATH = 512 };

/* A description; it can be copied. */
typedef struct ax_encoder {
    char name[AX_ENCODER_NAME];       /* as in model files: "MobileNet-v2 x1.0, ImageNet" */
    char license[AX_ENCODER_LICENSE]; /* of the weights; "" = unknown */
    ax_mobilenet net;
    ax_taps taps;
    uint64_t key;               /* hash of network and weights; 0 = the built-in encoder */
    char path[AX_ENCODER_PATH]; /* file of the weights; "" = built in */
} ax_encoder;

/* The default encoder of every network. */
const ax_encoder *ax_encoder_builtin(void);
#define AX_ENCODER_BUILTIN "built-in"
/* Truncates an encoder to the part that produces its finest `taps` taps; 0 = all of it. */
ax_encoder ax_encoder_cut(const ax_encoder *e, int taps);
/* The encoder that a setting names, truncated to `taps`: "built-in" or "" is the built-in one; otherwise a safetensors
   file with tensor names of torchvision, timm or this program, whose shapes determine the width. Reads the file, so
   that all errors are reported here: AX_EIO, AX_EFORMAT (not a MobileNet-v2, a tensor missing, of another shape, or
   with unusable values). */
ax_code ax_encoder_open(const char *setting, int taps, ax_encoder *out, ax_err *err);
/* The encoder network of a model file, without its own weights. */
ax_code ax_encoder_of_model(const ax_safetensors *st, ax_encoder *out, ax_err *err);
/* The metadata value under this key that describes the encoder's network; NULL: none, since it is the paper's. */
#define AX_ENCODER_LAYOUT "encoder_layout"
const char *ax_encoder_layout(const ax_encoder *e, char buf[static AX_MOBILENET_TEXT]);

/* Appends the encoder, reading image {n,h,w,3} (engine/base/normalise.h). train: batch statistics and gradients.
   Parameters: "encoder....". */
ax_code ax_encoder_build(const ax_encoder *e, ax_graph *g, ax_val image, bool train, ax_val taps[AX_MAX_TAPS],
                         ax_err *err);
/* Appends the encoder alone, in evaluation mode, with its input "image" {1,h,w,3}, and keeps the taps by name. */
ax_code ax_encoder_graph(const ax_encoder *e, ax_graph *g, int32_t h, int32_t w, ax_err *err);
/* Opens the built-in weights or the encoder's file. The caller frees them. */
ax_safetensors *ax_encoder_weights(const ax_encoder *e, ax_err *err);
/* The parameters of a graph that contains the encoder: the encoder's are loaded, the others are zero until filled from
   a file or a copy. The caller frees them. AX_EDATA: the file has changed since it was opened. */
ax_params *ax_encoder_params(const ax_encoder *e, const ax_graph *g, const ax_backend *be, ax_device *dev, ax_err *err);

#endif
