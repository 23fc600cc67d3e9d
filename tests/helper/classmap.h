/* The class map of a segmentation picture or sample, which is its ground truth. */
#ifndef AX_HELPER_CLASSMAP_H
#define AX_HELPER_CLASSMAP_H

#include <stdint.h>

#define CLASS_MAP(of) ((uint8_t *)(of).truth)

#endif
