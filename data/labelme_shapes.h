/* The shapes that LabelMe's JSON of one image has. */
#ifndef AX_DATA_LABELME_SHAPES_H
#define AX_DATA_LABELME_SHAPES_H

#include "engine/base/err.h"

#include <stddef.h>
#include <stdint.h>

typedef struct ax_labelme_shape {
    char *label;     /* owned */
    size_t first, n; /* of its outline's numbers */
} ax_labelme_shape;

typedef struct ax_labelme {
    ax_labelme_shape *shape; /* owned */
    double *number;          /* outlines x0 y0 x1 y1 ... in pixels; owned */
    size_t n, numbers, cap_shapes, cap_numbers;
    int32_t h, w; /* of its image as it is to be seen; 0: the file doesn't say */
} ax_labelme;

/* Fills *l (to be released also after a failure). Polygons and rectangles are as they are, circles polygons of many
   points. AX_EIO; AX_EFORMAT names the file and the shape: one without an area (points, lines), without a label, whose
   points are no numbers, too few, or more than an image away from the image. */
ax_code ax_labelme_read(ax_labelme *l, const char *path, ax_err *err);
void ax_labelme_release(ax_labelme *l);

#endif
