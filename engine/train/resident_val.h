/* Validation's inputs and truths in the memory of a device of its own, so that a validation sends none of them again.
 */
#ifndef AX_TRAIN_RESIDENT_VAL_H
#define AX_TRAIN_RESIDENT_VAL_H

#include "engine/graph/plan.h"
#include "engine/train/cache.h"

typedef struct ax_resident_val ax_resident_val;

/* Uploads the taps of all images, those of the mirrored ones where the cache has them, and with `truths` the truths.
   NULL: they would take more than `room` bytes (or memory ran out). This isn't an error: validation then reads the
   cache. cache, task, be and dev are borrowed. */
ax_resident_val *ax_resident_val_new(const ax_cache *cache, const ax_task_spec *task, const ax_backend *be,
                                     ax_device *dev, bool truths, size_t room);
void ax_resident_val_free(ax_resident_val *r);
size_t ax_resident_val_bytes(const ax_resident_val *r); /* device memory in use; 0 for NULL */
/* Describes how to gather a batch of n images of one size for the plan's inputs "tap.0" and so on. first: an image of
   that size; the batch's images are it and neighbours of the same size. index, in device memory, holds n places. false:
   err says why. */
bool ax_resident_val_gatherer(const ax_resident_val *r, ax_plan *plan, size_t first, size_t n, const uint32_t *index,
                              ax_gather *out, ax_err *err);
/* Returns the place of an image, or of its mirror image, for that index. */
uint32_t ax_resident_val_place(const ax_resident_val *r, size_t image, bool mirrored);
/* Returns where the truth of an image is on the device; those of neighbours of the same size follow. NULL: it isn't. */
const char *ax_resident_val_truth(const ax_resident_val *r, size_t image);

#endif
