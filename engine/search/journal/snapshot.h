/* The complete state of a search as bytes, and as snapshot.mpk with candidates.mpk: auxcell-snapshot(5). */
#ifndef AX_SEARCH_SNAPSHOT_H
#define AX_SEARCH_SNAPSHOT_H

#include "engine/search/journal/settledfile.h"
#include "engine/search/search.h"
#include "engine/wire/snapshotfile.h"

#include <stddef.h>

/* The bytes of a snapshot that stands alone, with all candidates in it (malloc; caller frees). seq: of the last event
   that it includes. */
ax_code ax_snapshot_pack(const ax_search *s, uint64_t seq, char **bytes, size_t *n, ax_err *err);
/* The reverse: a new search (caller frees). setup: as for ax_search_new; its settings are those of run.ini, which must
   agree with the snapshot's in all that the past was made with (the number of candidates, device, threads and the
   schedule of full training may differ: AX_EINVAL names one that may not). name is for messages. AX_EFORMAT: damaged,
   of a newer version, or not a snapshot at all. */
ax_search *ax_snapshot_unpack(const char *bytes, size_t n, const char *name, const ax_search_setup *setup,
                              uint64_t *seq, ax_err *err);

/* Replaces snapshot.mpk of the run; the one before stays as snapshot.prev.mpk. At every moment at least one of the two
   is there, whole. Candidates that are settled go to the end of candidates.mpk, once: what a snapshot costs doesn't
   grow with the run. *size (may be NULL) = bytes of snapshot.mpk. */
ax_code ax_snapshot_save(ax_search *s, ax_settledfile *settled, uint64_t seq, size_t *size, ax_err *err);
/* settled: of the run's directory, and from then on where the loaded snapshot's candidates end. When they are damaged
   there the events stand in for them (rebuild.c): settled->bad says so, and the next snapshot writes all of them again.
 */
ax_search *ax_snapshot_load(ax_settledfile *settled, const char *name, const ax_search_setup *setup, uint64_t *seq,
                            ax_err *err);

#endif
