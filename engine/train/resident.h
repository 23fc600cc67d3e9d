/* The crops of stage 1 in the memory of a device of its own, so that a batch is gathered there and not sent again in
   every step. */
#ifndef AX_TRAIN_RESIDENT_H
#define AX_TRAIN_RESIDENT_H

#include "engine/graph/plan.h"
#include "engine/train/cache.h"

typedef struct ax_resident ax_resident;

/* For one of `sharers` workers on the device, from 1, each of which has crops of its own. NULL: those of all would take
   more than half of what the device has to spare (or it ran out), the crops aren't of one size, or the backend reads
   the host's memory anyway. Not an error: batches then come from the cache. task: of the cache's source, borrowed. */
ax_resident *ax_resident_new(const ax_cache *cache, const ax_task_spec *task, const ax_backend *be, ax_device *dev,
                             size_t sharers);
void ax_resident_free(ax_resident *r);
/* Copies crop `item` into place i of the batch that the plan's inputs ("tap.0".."tap.3", the targets and "teacher")
   hold. */
ax_code ax_resident_gather(const ax_resident *r, ax_plan *plan, size_t i, size_t item, ax_err *err);

/* What gathers a batch of n at once from then on: index[i] is the crop of place i, in the backend's memory. false: the
   backend has no such thing (AX_OK), or err says why. */
bool ax_resident_gatherer(const ax_resident *r, ax_plan *plan, size_t n, const uint32_t *index, ax_gather *out,
                          ax_err *err);

#endif
