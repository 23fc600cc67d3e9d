/* The class map of a picture or sample of segmentation, which is its truth. */
#ifndef AX_HELPER_CLASSMAP_H
#define AX_HELPER_CLASSMAP_H

#include <stdint.h>

#define CLASS_MAP(of) ((uint8_t *)(of).truth)

#endif
