/* The shapes in LabelMe's JSON file of an image. */
#ifndef AX_DATA_LABELME_SHAPES_H
#define AX_DATA_LABELME_SHAPES_H

#include "engine/base/err.h"

#include <stddef.h>
#include <stdint.h>

typedef struct ax_labelme_shape {
    char *label;     /* owned */
    size_t first, n; /* range of its outline in number */
} ax_labelme_shape;

typedef struct ax_labelme {
    ax_labelme_shape *shape; /* owned */
    double *number;          /* outlines x0 y0 x1 y1 ... in pixels; owned */
    size_t n, numbers, cap_shapes, cap_numbers;
    int32_t h, w; /* size of its image as displayed; 0: not stated */
} ax_labelme;

/* Fills *l (to be released even on failure). Polygons and rectangles keep their points, circles become polygons of many
   points. AX_EIO; AX_EFORMAT names the file and the shape: one without an area (points, lines) or a label, or with
   invalid points, too few points, or points more than an image's size outside. */
ax_code ax_labelme_read(ax_labelme *l, const char *path, ax_err *err);
void ax_labelme_release(ax_labelme *l);

#endif
