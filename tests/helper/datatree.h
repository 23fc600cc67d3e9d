/* Images and masks in the folder of a test (tempdir.h), for tests of data sets. */
#ifndef AX_TEST_DATATREE_H
#define AX_TEST_DATATREE_H

#include "engine/train/source.h"

#include <stddef.h>
#include <stdint.h>

/* Files; the folders of their paths are made. */
void ax_datatree_text(const char *name, const char *text);
void ax_datatree_bytes(const char *name, const void *bytes, size_t n);
void ax_datatree_picture(const char *name, int32_t h, int32_t w);
/* A palette PNG: ids are repeated, row by row. */
void ax_datatree_mask(const char *name, int32_t h, int32_t w, const uint8_t *ids, size_t n);
/* An RGB PNG: colours 0xrrggbb are repeated. */
void ax_datatree_colors(const char *name, int32_t h, int32_t w, const uint32_t *color, size_t n);
void ax_datatree_copy(const char *name, const char *of);
/* The first opens a spec or fails the test; for the second opening must fail with a message that contains `says`. $
   stands for the folder. */
ax_source *ax_datatree_open(const char *form);
void ax_datatree_refused(const char *form, const char *says);
/* Fails the test unless the data set has these numbers of training images, validation images and outputs. */
void ax_datatree_has(const ax_source *s, uint64_t n_train, uint64_t n_val, int32_t outputs);
/* Fails the test unless the first n pixels of a split's first image have these classes. */
void ax_datatree_first_labels(ax_source *s, ax_split split, const uint8_t *want, size_t n);
/* The classes {h,w} (malloc) of an image at its own size, whose sides must be multiples of 32. */
uint8_t *ax_datatree_labels(ax_source *s, ax_split split, uint64_t index, int32_t *h, int32_t *w);

#endif
