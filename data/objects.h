/* Class maps of overlapping objects. */
#ifndef AX_DATA_OBJECTS_H
#define AX_DATA_OBJECTS_H

#include "engine/base/err.h"

#include <stddef.h>
#include <stdint.h>

/* Sets the pixels of object i to 1 in mask {h,w}, which is all 0, and returns its class. */
typedef ax_code (*ax_objects_draw)(void *context, size_t i, int32_t h, int32_t w, uint8_t *mask, uint8_t *class,
                                   ax_err *err);
/* Fills classes {h,w} with background and n objects, smaller ones over larger ones, later ones over earlier ones of the
   same size. AX_ENOMEM, and errors of draw. */
ax_code ax_objects_paint(size_t n, ax_objects_draw draw, void *context, uint8_t background, int32_t h, int32_t w,
                         uint8_t *classes, ax_err *err);

#endif
