/* Preparations of commands that train. */
#ifndef AX_COMMAND_PREPARE_H
#define AX_COMMAND_PREPARE_H

#include "engine/base/output.h"
#include "engine/space/genotype.h"
#include "engine/train/source.h"

/* Keeps the first of several devices in the settings; *peers: the others, which may share a full training
   (ax_train_job.peers). */
ax_code ax_prepare_devices(ax_settings *s, uint64_t *peers, ax_err *err);
/* Fails with what is known to speak against trainings before the first of them: settings, teacher, encoder, device. */
ax_code ax_prepare_check(const ax_settings *s, ax_source *source, ax_err *err);
/* Registers what a training with these settings reads: data set, teacher, encoder, and the folder of the cache, which
   is created; cache NULL: in memory. */
ax_code ax_prepare_inputs(ax_files *f, const ax_settings *s, ax_source *source, const char *cache, ax_err *err);

/* Sets the space to that of a genotype. */
void ax_prepare_space(ax_settings *s, const ax_genotype *g);

#endif
