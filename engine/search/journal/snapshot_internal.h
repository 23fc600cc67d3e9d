/* Internals shared by the files of the snapshot. */
#ifndef AX_SEARCH_SNAPSHOT_INTERNAL_H
#define AX_SEARCH_SNAPSHOT_INTERNAL_H

#include "engine/search/journal/snapshot.h"

/* As ax_snapshot_pack and _unpack, with the settled candidates in `settled`; NULL: a stand-alone snapshot. */
ax_code ax_snapshot_pack_with(const ax_search *s, const ax_settledfile *settled, uint64_t seq, char **bytes, size_t *n,
                              ax_err *err);
ax_search *ax_snapshot_unpack_with(const char *bytes, size_t n, const char *name, const ax_search_setup *setup,
                                   ax_settledfile *settled, uint64_t *seq, ax_err *err);

#endif
