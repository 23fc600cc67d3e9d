/* Class maps of objects that overlap. */
#ifndef AX_DATA_OBJECTS_H
#define AX_DATA_OBJECTS_H

#include "engine/base/err.h"

#include <stddef.h>
#include <stdint.h>

/* Sets the pixels of object i in mask {h,w}, which is all 0, to 1, and says its class. */
typedef ax_code (*ax_objects_draw)(void *context, size_t i, int32_t h, int32_t w, uint8_t *mask, uint8_t *class,
                                   ax_err *err);
/* Fills classes {h,w}: background, and on it n objects, smaller ones over larger ones, of equal ones the later over the
   earlier. AX_ENOMEM, and what draw says. */
ax_code ax_objects_paint(size_t n, ax_objects_draw draw, void *context, uint8_t background, int32_t h, int32_t w,
                         uint8_t *classes, ax_err *err);

#endif
