/* The history of a run: what its events.mpk says, and what of it is missing, as far as its snapshot knows. */
#ifndef AX_WIRE_HISTORY_H
#define AX_WIRE_HISTORY_H

#include "engine/wire/snapshotfile.h"
#include "engine/wire/state.h"

/* Gives every event that can be read to sink. *damage: what was passed over, and what the snapshot knows to be missing
   at the end. A run without events and without a snapshot of any is AX_OK. */
ax_code ax_history_read(int dirfd, void (*sink)(void *context, const ax_event *ev), void *context, ax_damage *damage,
                        ax_err *err);
/* Folds it into s (initialised by the caller, who also releases it after a failure), with its damage. */
ax_code ax_history_fold(int dirfd, ax_state *s, ax_err *err);

/* Both to read it piece by piece. What must be there: looked at before the log, since an engine that lives
   writes a snapshot after the events that it includes. */
void ax_history_expect(int dirfd, ax_snapshot_facts *known);
/* Sets s->damage, once the whole log was folded into s and `damage` was passed over. */
void ax_history_judge(ax_state *s, const ax_damage *damage, const ax_snapshot_facts *known);

#endif
