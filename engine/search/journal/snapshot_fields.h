/* A candidate as a msgpack map: every field by name, from one list. */
#ifndef AX_SEARCH_SNAPSHOT_FIELDS_H
#define AX_SEARCH_SNAPSHOT_FIELDS_H

#include "engine/search/search_internal.h"

#include <msgpack.h>

void ax_entry_pack(msgpack_packer *pk, uint32_t id, const ax_entry *r);
/* n: number of candidates in the snapshot. False when a field is missing or invalid. */
bool ax_entry_unpack(const msgpack_object *o, uint32_t id, uint32_t n, ax_entry *r);

#endif
