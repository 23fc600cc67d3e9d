/* Images and masks in the folder of a test (tempdir.h), for tests of data sets. */
#ifndef AX_TEST_DATATREE_H
#define AX_TEST_DATATREE_H

#include "engine/train/source.h"

#include <stddef.h>
#include <stdint.h>

/* Files; folders on the way to them are made. */
void ax_datatree_text(const char *name, const char *text);
void ax_datatree_bytes(const char *name, const void *bytes, size_t n);
void ax_datatree_picture(const char *name, int32_t h, int32_t w);
/* A palette PNG: ids go round, row by row. */
void ax_datatree_mask(const char *name, int32_t h, int32_t w, const uint8_t *ids, size_t n);
/* An RGB PNG: colours 0xrrggbb go round. */
void ax_datatree_colors(const char *name, int32_t h, int32_t w, const uint32_t *color, size_t n);
void ax_datatree_copy(const char *name, const char *of);
/* Opens a spec, $ = the folder, or fails the test; or it must fail, with a message that has `says`, $ = the folder. */
ax_source *ax_datatree_open(const char *form);
void ax_datatree_refused(const char *form, const char *says);
/* Fails the test unless the set has so many images to train on, to validate with, and so many outputs. */
void ax_datatree_has(const ax_source *s, uint64_t n_train, uint64_t n_val, int32_t outputs);
/* Fails the test unless the first n pixels of a split's first image have these classes. */
void ax_datatree_first_labels(ax_source *s, ax_split split, const uint8_t *want, size_t n);
/* The classes {h,w} (malloc) of an image at its size, as a sample with sides that 32 divides has them. */
uint8_t *ax_datatree_labels(ax_source *s, ax_split split, uint64_t index, int32_t *h, int32_t *w);

#endif
