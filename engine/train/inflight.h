/* The checkpoint of a candidate in training: inflight/ID.mpk. It holds everything that the rest of the training depends
   on, so that resuming gives the same bits as never stopping: parameters with running statistics, optimiser state,
   averages and the place in the schedule. The order of samples needs no state: it follows from the run's seed and the
   epoch's number. */
#ifndef AX_TRAIN_INFLIGHT_H
#define AX_TRAIN_INFLIGHT_H

#include "engine/train/training.h"

/* Replaces the file at path by the state of r. */
ax_code ax_inflight_write(const char *path, const ax_training *r, ax_err *err);
/* Restores r, of which only t and job are set, and enters its stage. *found = false with AX_OK: there is no file, or
   its fingerprint differs. AX_EFORMAT: damaged. Unless *found, r is unchanged or incomplete: call
   ax_training_release. */
ax_code ax_inflight_read(const char *path, ax_training *r, bool *found, ax_err *err);

#endif
