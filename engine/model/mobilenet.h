/* MobileNet-v2 x1.0 (Sandler et al., CVPR 2018) up to its 17th block, with four taps. */
#ifndef AX_MODEL_MOBILENET_H
#define AX_MODEL_MOBILENET_H

#include "engine/model/encoder.h"

/* h and w of an image are from 32, multiples of it unless the taps may be as large as each stride's half rounded up
   makes them. Names of parameters, "encoder.features....", are torchvision's; files may have timm's. The built-in
   weights are ImageNet's (MIT licence). */
extern const ax_encoder ax_mobilenet;

#endif
