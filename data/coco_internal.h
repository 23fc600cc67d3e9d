/* Internals shared by the readers of COCO's annotations. */
#ifndef AX_DATA_COCO_INTERNAL_H
#define AX_DATA_COCO_INTERNAL_H

#include "data/coco_store.h"
#include "engine/base/json.h"

/* Makes room for one more element behind the n elements of that size at *at, which has room for cap. */
ax_code ax_coco_room(void **at, size_t *cap, size_t n, size_t size, ax_err *err);
/* Appends an outline (polygons, counts or a string of counts) to c->bytes. size: height and width of run lengths, 0 for
   polygons. AX_EFORMAT: not an outline; AX_ENOMEM. */
ax_code ax_coco_put(ax_coco *c, const ax_json *outline, int32_t size[2], ax_err *err);

#endif
