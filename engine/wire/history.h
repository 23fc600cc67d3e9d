/* The history of a run: the events of its events.mpk, and the missing events that its snapshot knows of. */
#ifndef AX_WIRE_HISTORY_H
#define AX_WIRE_HISTORY_H

#include "engine/wire/snapshotfile.h"
#include "engine/wire/state.h"

/* Passes every readable event to sink. *damage: what was skipped, and what the snapshot shows to be missing at the end.
   AX_OK for a run that has neither events nor a snapshot that includes any. */
ax_code ax_history_read(int dirfd, void (*sink)(void *context, const ax_event *ev), void *context, ax_damage *damage,
                        ax_err *err);
/* Folds the history into s, damage included. The caller initialises s, and releases it even after a failure. */
ax_code ax_history_fold(int dirfd, ax_state *s, ax_err *err);

/* Both are for reading piece by piece. This one gives the number of the last event that must exist; call it before
   reading the log, because a running engine writes a snapshot after the events that the snapshot includes. */
void ax_history_expect(int dirfd, ax_snapshot_facts *known);
/* Sets s->damage, once the whole log is folded into s; `damage`: what was skipped. */
void ax_history_judge(ax_state *s, const ax_damage *damage, const ax_snapshot_facts *known);

#endif
