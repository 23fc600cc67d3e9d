/* What commands that train have to see to before they begin. */
#ifndef AX_COMMAND_PREPARE_H
#define AX_COMMAND_PREPARE_H

#include "engine/base/output.h"
#include "engine/space/genotype.h"
#include "engine/train/source.h"

/* Of several devices in the settings the first, which computes all else, too; *peers: the others, which may share a
   full training (ax_train_job.peers). */
ax_code ax_prepare_devices(ax_settings *s, uint64_t *peers, ax_err *err);
/* Names what a training by these settings reads: data set, teacher, encoder, and a folder of cached outputs, which is
   made; cache NULL: in memory. */
ax_code ax_prepare_inputs(ax_files *f, const ax_settings *s, ax_source *source, const char *cache, ax_err *err);

/* Settings of the space that a genotype is of. */
void ax_prepare_space(ax_settings *s, const ax_genotype *g);

#endif
