/* A compact form of a COCO annotation file: outlines as differences of a few bytes, run lengths as they are. */
#ifndef AX_DATA_COCO_STORE_H
#define AX_DATA_COCO_STORE_H

#include "engine/base/err.h"

#include <stddef.h>
#include <stdint.h>

typedef struct ax_coco_image {
    int64_t id;
    char *file; /* owned */
    int32_t h, w;
    size_t first, n; /* its objects */
} ax_coco_image;

typedef struct ax_coco_category {
    int64_t id;
    char *name; /* owned */
} ax_coco_category;

typedef struct ax_coco_object {
    int64_t image, id;
    int32_t category; /* its id */
    uint64_t at;      /* offset of its outline in bytes */
} ax_coco_object;

typedef struct ax_coco {
    ax_coco_image *image; /* sorted by id */
    ax_coco_category *category;
    ax_coco_object *object; /* sorted by image, in file order within one */
    uint8_t *bytes;         /* outlines */
    size_t images, categories, objects, n_bytes, images_cap, categories_cap, objects_cap, bytes_cap;
} ax_coco;

/* Fills *c (zeroed; to be released even on failure) from a file. Every object must refer to an image and a category of
   the file, and have an outline: polygons, counts or a string of counts. AX_EIO and AX_EFORMAT name the file and the
   line or object; AX_ENOMEM, also when outlines would take more than AX_COCO_BUDGET bytes. */
enum { AX_COCO_BUDGET = 1 << 30 };
ax_code ax_coco_read(ax_coco *c, const char *path, ax_err *err);
void ax_coco_release(ax_coco *c);
/* Sets the pixels of object i, for an image of h x w, to 1 in mask, which must be all 0. AX_EFORMAT: its outline is
   invalid; the message names the object. */
ax_code ax_coco_draw(const ax_coco *c, size_t i, int32_t h, int32_t w, uint8_t *mask, ax_err *err);

#endif
