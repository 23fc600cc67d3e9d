/* What the files of the snapshot share. */
#ifndef AX_SEARCH_SNAPSHOT_INTERNAL_H
#define AX_SEARCH_SNAPSHOT_INTERNAL_H

#include "engine/base/envelope.h"
#include "engine/search/snapshot.h"

/* Version 1 held all candidates in the file itself. */
static const ax_envelope ax_snapshot_envelope = { "auxcell-snapshot", "a snapshot", 1, AX_SNAPSHOT_VERSION };
enum { AX_SNAPSHOT_MOST = 1 << 29 }; /* bytes of either file that are read or written at once */

/* ax_snapshot_pack and _unpack with the settled candidates in rows; NULL: the snapshot stands alone. */
ax_code ax_snapshot_pack_rows(const ax_search *s, const ax_rowfile *rows, uint64_t seq, char **bytes, size_t *n,
                              ax_err *err);
ax_search *ax_snapshot_unpack_rows(const char *bytes, size_t n, const char *name, const ax_search_setup *setup,
                                   ax_rowfile *rows, uint64_t *seq, ax_err *err);

#endif
