/* The truth of a picture or a sample of segmentation: its class map. */
#ifndef AX_HELPER_CLASSMAP_H
#define AX_HELPER_CLASSMAP_H

#include <stdint.h>

#define CLASS_MAP(of) ((uint8_t *)(of).truth)

#endif
