/* The complete state of a search as bytes, and as the files snapshot.mpk and candidates.mpk: auxcell-snapshot(5). */
#ifndef AX_SEARCH_SNAPSHOT_H
#define AX_SEARCH_SNAPSHOT_H

#include "engine/search/journal/settledfile.h"
#include "engine/search/search.h"
#include "engine/wire/snapshotfile.h"

#include <stddef.h>

/* A stand-alone snapshot, with all candidates in it (malloc; the caller frees it). seq: number of the last event that
   it includes. */
ax_code ax_snapshot_pack(const ax_search *s, uint64_t seq, char **bytes, size_t *n, ax_err *err);
/* The reverse: a new search (the caller frees it). setup: as for ax_search_new. Its settings, from run.ini, must agree
   with the snapshot's wherever past results depend on them; the number of candidates, device, threads and the schedule
   of full training may differ. AX_EINVAL names a setting that may not. name: for messages. AX_EFORMAT: damaged, of a
   newer version, or not a snapshot. */
ax_search *ax_snapshot_unpack(const char *bytes, size_t n, const char *name, const ax_search_setup *setup,
                              uint64_t *seq, ax_err *err);

/* Replaces the run's snapshot.mpk and keeps the old one as snapshot.prev.mpk. At least one of the two is whole at any
   moment. Settled candidates are appended to candidates.mpk once, so the cost of a snapshot doesn't grow with the run.
   *size (may be NULL) = bytes of snapshot.mpk. */
ax_code ax_snapshot_save(ax_search *s, ax_settledfile *settled, uint64_t seq, size_t *size, ax_err *err);
/* settled: the file in the run's directory, positioned at the end of the loaded snapshot's candidates afterwards. If
   candidates are damaged there, they are rebuilt from the events (rebuild.c); settled->bad says so, and the next
   snapshot writes all of them again. */
ax_search *ax_snapshot_load(ax_settledfile *settled, const char *name, const ax_search_setup *setup, uint64_t *seq,
                            ax_err *err);

#endif
