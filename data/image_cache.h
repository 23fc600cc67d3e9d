/* Decoded images that stay in memory, up to a number of bytes, for all threads that load: what was decoded once isn't
   decoded again. Those that come first are kept, and none makes room for another: passes go over all images again and
   again, so that what was used longest ago is what is needed next. */
#ifndef AX_DATA_IMAGE_CACHE_H
#define AX_DATA_IMAGE_CACHE_H

#include "data/picture.h"

#include <stdbool.h>

typedef struct ax_image_cache ax_image_cache;
/* For images 0 .. images - 1; keeps nothing until it is given a limit. NULL: AX_ENOMEM. */
ax_image_cache *ax_image_cache_new(size_t images, ax_err *err);
void ax_image_cache_free(ax_image_cache *k);
/* Keeps at most so many bytes from here on; all are dropped when there are more already. No other thread may use it or
   one of its images meanwhile. Without memory for the list of images nothing is kept. */
void ax_image_cache_limit(ax_image_cache *k, size_t bytes);
/* Image i as it was kept (borrowed until the limit changes); false: it isn't. */
bool ax_image_cache_get(ax_image_cache *k, size_t i, ax_picture *out);
/* Hands over image i, whose memory is so many bytes. True: it is kept, and *p is borrowed as of ax_image_cache_get;
   another thread may have been faster, whose equal image *p is then. False: there is no room, *p stays the caller's. */
bool ax_image_cache_put(ax_image_cache *k, size_t i, ax_picture *p, size_t bytes);

#endif
