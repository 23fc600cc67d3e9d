/* An outcome as msgpack: between worker and engine, and in the files of half-trained candidates. */
#ifndef AX_CANDIDATE_OUTCOME_PACK_H
#define AX_CANDIDATE_OUTCOME_PACK_H

#include "engine/candidate/outcome.h"

#include <msgpack.h>

/* As an array: the figures that every file has, stage and batch, then the later figures, each in the order of the list.
   An array that ends before a later figure is read as well. */
void ax_outcome_pack(msgpack_packer *pk, const ax_outcome *o);
bool ax_outcome_read(const msgpack_object *o, ax_outcome *out); /* o may be NULL: false */

#endif
