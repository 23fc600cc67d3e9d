/* MobileNet-v2 (Sandler et al., CVPR 2018) of any width up to its last block, with four taps. */
#ifndef AX_MODEL_MOBILENET_H
#define AX_MODEL_MOBILENET_H

#include "engine/graph/params.h"
#include "engine/model/safetensors.h"
#include "engine/space/taps.h"

enum { AX_MOBILENET_STAGES = 7, AX_MOBILENET_TEXT = 160 };

/* Channels of the stem, and channels and number of blocks of each stage; expansions and strides are always those of the
   paper's table 2. The last stages may be missing: 0 blocks. */
typedef struct ax_mobilenet {
    int32_t stem;
    struct {
        int32_t channels, blocks;
    } stage[AX_MOBILENET_STAGES];
} ax_mobilenet;

/* The network of a width (1 = the paper's): every number of channels is a multiple of 8, the nearest one (the larger of
   two) that isn't below .9 of what it would be: _make_divisible of torchvision, make_divisible of timm. */
ax_mobilenet ax_mobilenet_of_width(double width);
/* "32 16x1 24x2 32x3 64x4 96x3 160x3 320x1" into buf; returns buf. */
char *ax_mobilenet_print(const ax_mobilenet *m, char buf[static AX_MOBILENET_TEXT]);
bool ax_mobilenet_parse(const char *text, ax_mobilenet *out);
ax_taps ax_mobilenet_taps(const ax_mobilenet *m);
/* Leaves out the stages behind the tap that is the n-th. */
void ax_mobilenet_cut(ax_mobilenet *m, int n);

/* Appends the network reading image {n,h,w,3}; h and w are from 32, multiples of it unless the taps may be as large as
   each stride's half rounded up makes them. Parameters' names, "encoder.features....", are torchvision's. */
ax_code ax_mobilenet_build(const ax_mobilenet *m, ax_graph *g, ax_val image, bool train, ax_val taps[AX_MAX_TAPS],
                           ax_err *err);

/* ---- files (mobilenet_file.c): with names of torchvision, of timm, or our own ---- */

/* The network that a file's tensors are of. *width: that of the rule above, 0 = there is none, as in the networks of
   timm that are deeper. AX_EFORMAT: it isn't a MobileNet-v2. */
ax_code ax_mobilenet_recognise(const ax_safetensors *st, ax_mobilenet *out, double *width, ax_err *err);
/* Fills the network's parameters; AX_EFORMAT says which tensor is missing or has another shape. */
ax_code ax_mobilenet_load(const ax_mobilenet *m, ax_params *p, const ax_safetensors *st, ax_err *err);

#endif
