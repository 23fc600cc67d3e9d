/* An outcome as msgpack: in messages from worker to engine, and in checkpoints. */
#ifndef AX_CANDIDATE_OUTCOME_PACK_H
#define AX_CANDIDATE_OUTCOME_PACK_H

#include "engine/candidate/outcome.h"

#include <msgpack.h>

/* Packs an array: the figures that every file has, stage and batch, then the later figures, each part in the order of
   the list. Arrays without some of the last figures, from earlier versions, are read too. */
void ax_outcome_pack(msgpack_packer *pk, const ax_outcome *o);
bool ax_outcome_read(const msgpack_object *o, ax_outcome *out); /* o may be NULL: false */

#endif
