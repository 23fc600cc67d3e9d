/* MobileNet-v2 (Sandler et al., CVPR 2018) at any width, up to its last block, with four taps. */
#ifndef AX_MODEL_MOBILENET_H
#define AX_MODEL_MOBILENET_H

#include "engine/graph/params.h"
#include "engine/model/safetensors.h"
#include "engine/space/taps.h"

enum { AX_MOBILENET_STAGES = 7, AX_MOBILENET_TEXT = 160 };

/* Channels of the stem, and channels and number of blocks of each stage; expansions and strides are always those of the
   paper's table 2. The last stages may be missing (0 blocks). */
typedef struct ax_mobilenet {
    int32_t stem;
    struct {
        int32_t channels, blocks;
    } stage[AX_MOBILENET_STAGES];
} ax_mobilenet;

/* The network at a width (1 = the paper's): every number of channels is rounded to the nearest multiple of 8 (up when
   halfway), but up if rounding loses more than a tenth: _make_divisible of torchvision, make_divisible of timm. */
ax_mobilenet ax_mobilenet_of_width(double width);
/* "32 16x1 24x2 32x3 64x4 96x3 160x3 320x1", written to buf; returns buf. */
char *ax_mobilenet_print(const ax_mobilenet *m, char buf[static AX_MOBILENET_TEXT]);
bool ax_mobilenet_parse(const char *text, ax_mobilenet *out);
ax_taps ax_mobilenet_taps(const ax_mobilenet *m);
/* Removes the stages behind the n-th tap. */
void ax_mobilenet_cut(ax_mobilenet *m, int n);

/* Appends the network reading image {n,h,w,3}, with h and w at least 32, and multiples of 32 unless tap sizes may be
   rounded up at each stride. Parameter names, "encoder.features....", are torchvision's. */
ax_code ax_mobilenet_build(const ax_mobilenet *m, ax_graph *g, ax_val image, bool train, ax_val taps[AX_MAX_TAPS],
                           ax_err *err);

/* ---- files (mobilenet_file.c), with tensor names of torchvision, timm or this program ---- */

/* The network that a file's tensors belong to. *width: by the rule above; 0 = none, as for timm's deeper networks.
   AX_EFORMAT: not a MobileNet-v2. */
ax_code ax_mobilenet_recognise(const ax_safetensors *st, ax_mobilenet *out, double *width, ax_err *err);
/* Loads the network's parameters; AX_EFORMAT names a tensor that is missing or has another shape. */
ax_code ax_mobilenet_load(const ax_mobilenet *m, ax_params *p, const ax_safetensors *st, ax_err *err);

#endif
