/* snapshot.mpk as a file: its names, its frame, and the facts that can be read without a search. See
   auxcell-snapshot(5). */
#ifndef AX_WIRE_SNAPSHOTFILE_H
#define AX_WIRE_SNAPSHOTFILE_H

#include "engine/base/envelope.h"

#include <stdbool.h>
#include <stdint.h>

#define AX_SNAPSHOT_NAME "snapshot.mpk"
#define AX_SNAPSHOT_PREVIOUS "snapshot.prev.mpk"
/* AX_SNAPSHOT_MOST: bytes of the file, or of the candidates, read at once. */
enum { AX_SNAPSHOT_VERSION = 2, AX_SNAPSHOT_MOST = 1 << 29 };
/* Version 1 held all candidates in the file itself. */
static const ax_envelope ax_snapshot_envelope = { "auxcell-snapshot", "a snapshot", 1, AX_SNAPSHOT_VERSION };

typedef struct ax_snapshot_facts {
    uint64_t seq;        /* number of the last event that it includes */
    uint32_t candidates; /* number of candidates */
} ax_snapshot_facts;
/* False: it doesn't exist, or can't be read. */
bool ax_snapshot_peek(int dirfd, const char *name, ax_snapshot_facts *out);

#endif
