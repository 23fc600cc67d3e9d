/* A candidate in the middle of its training, as a file: inflight/ID.mpk. It holds all that the rest of the training
   depends on, so that going on from it gives the bits that never stopping would have given: parameters with their
   running statistics, optimisers, averages and the place in the schedule. The order of the samples needs no state: it
   is drawn for every epoch from the run's seed and the epoch's number. */
#ifndef AX_TRAIN_INFLIGHT_H
#define AX_TRAIN_INFLIGHT_H

#include "engine/train/training.h"

/* Replaces the file at path by the state of r. */
ax_code ax_inflight_write(const char *path, const ax_training *r, ax_err *err);
/* Reads it into r, of which t and job are set and nothing else, and enters its stage. *found = false, and AX_OK, when
   there is no file, or one of another training: it carries a hash of everything that a training is a function of.
   AX_EFORMAT: damaged. Unless *found, r is as it was or half made: ax_training_release it. */
ax_code ax_inflight_read(const char *path, ax_training *r, bool *found, ax_err *err);

#endif
