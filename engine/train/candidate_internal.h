/* Internals shared by the files that train a candidate. */
#ifndef AX_TRAIN_CANDIDATE_INTERNAL_H
#define AX_TRAIN_CANDIDATE_INTERNAL_H

#include "engine/train/trainer_internal.h"

/* Trains and judges as ax_trainer_run, in memory that is known to suffice. footprint: predicted peak, bytes. */
ax_code ax_candidate_run(ax_trainer *t, const ax_train_job *job, uint64_t footprint, ax_train_watch watch,
                         void *context, ax_outcome *out, ax_err *err);
/* Passes the error on as a warning, with what happens then. */
void ax_candidate_warn(const ax_train_job *job, void *context, const ax_err *why, const char *then);

#endif
