/* snapshot.mpk as a file: its names, its frame, and what can be told of it without a search. auxcell-snapshot(5). */
#ifndef AX_WIRE_SNAPSHOTFILE_H
#define AX_WIRE_SNAPSHOTFILE_H

#include "engine/base/envelope.h"

#include <stdbool.h>
#include <stdint.h>

#define AX_SNAPSHOT_NAME "snapshot.mpk"
#define AX_SNAPSHOT_PREVIOUS "snapshot.prev.mpk"
enum { AX_SNAPSHOT_VERSION = 2, AX_SNAPSHOT_MOST = 1 << 29 }; /* bytes of it, or of the candidates, at once */
/* Version 1 held all candidates in the file itself. */
static const ax_envelope ax_snapshot_envelope = { "auxcell-snapshot", "a snapshot", 1, AX_SNAPSHOT_VERSION };

typedef struct ax_snapshot_facts {
    uint64_t seq;        /* of the last event that it includes */
    uint32_t candidates; /* that the run has */
} ax_snapshot_facts;
/* False: it isn't there, or can't be read. */
bool ax_snapshot_peek(int dirfd, const char *name, ax_snapshot_facts *out);

#endif
