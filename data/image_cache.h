/* Keeps decoded images in memory, up to a number of bytes, for all loader threads, to avoid decoding them again. The
   first ones are kept, and none is evicted: passes go over all images in turn, so the least recently used image is the
   next one needed. */
#ifndef AX_DATA_IMAGE_CACHE_H
#define AX_DATA_IMAGE_CACHE_H

#include "data/picture.h"

#include <stdbool.h>

typedef struct ax_image_cache ax_image_cache;
/* For images 0 .. images - 1; keeps nothing until a limit is set. NULL: AX_ENOMEM. */
ax_image_cache *ax_image_cache_new(size_t images, ax_err *err);
void ax_image_cache_free(ax_image_cache *k);
/* Sets the limit in bytes; drops all images when they exceed it. No other thread may use the cache or one of its images
   meanwhile. Without memory for the list of images nothing is kept. */
void ax_image_cache_limit(ax_image_cache *k, size_t bytes);
/* The kept image i (borrowed until the limit changes); false: not kept. */
bool ax_image_cache_get(ax_image_cache *k, size_t i, ax_picture *out);
/* Offers image i, which takes this many bytes. True: it is kept, and *p is now borrowed as from ax_image_cache_get (it
   may be an equal image stored by another thread). False: no room; *p stays the caller's. */
bool ax_image_cache_put(ax_image_cache *k, size_t i, ax_picture *p, size_t bytes);

#endif
