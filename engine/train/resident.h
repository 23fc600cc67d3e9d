/* Stage 1's crops in device memory, so that batches are gathered there instead of being sent at every step. */
#ifndef AX_TRAIN_RESIDENT_H
#define AX_TRAIN_RESIDENT_H

#include "engine/graph/plan.h"
#include "engine/train/cache.h"

typedef struct ax_resident ax_resident;

/* Uploads the crops for one of `sharers` workers on the device (at least 1), each of which has its own copy. NULL: the
   copy would take more than half of the worker's share of the device (or memory ran out), the crops have different
   sizes, or the backend reads host memory anyway. This isn't an error: batches then come from the cache. task: of the
   cache's source, borrowed. */
ax_resident *ax_resident_new(const ax_cache *cache, const ax_task_spec *task, const ax_backend *be, ax_device *dev,
                             size_t sharers);
void ax_resident_free(ax_resident *r);
size_t ax_resident_bytes(const ax_resident *r); /* device memory in use; 0 for NULL */
/* Copies crop `item` to place i of the batch in the plan's inputs ("tap.0".."tap.3", the targets and "teacher"). */
ax_code ax_resident_gather(const ax_resident *r, ax_plan *plan, size_t i, size_t item, ax_err *err);

/* Describes how to gather a whole batch of n at once from then on: index[i], in device memory, is the crop of place i.
   false: not supported by the backend (AX_OK), or err says why. */
bool ax_resident_gatherer(const ax_resident *r, ax_plan *plan, size_t n, const uint32_t *index, ax_gather *out,
                          ax_err *err);

#endif
