/* What the pieces of COCO's annotations share. */
#ifndef AX_DATA_COCO_INTERNAL_H
#define AX_DATA_COCO_INTERNAL_H

#include "data/coco_store.h"
#include "engine/base/json.h"

/* Makes room for one more than n things of that size at *at, of which cap there are. */
ax_code ax_coco_room(void **at, size_t *cap, size_t n, size_t size, ax_err *err);
/* Appends an outline (polygons, counts or a string of counts) to c->bytes. size: height and width that run lengths say,
   0 of polygons. AX_EFORMAT: it is none; AX_ENOMEM. */
ax_code ax_coco_put(ax_coco *c, const ax_json *outline, int32_t size[2], ax_err *err);

#endif
