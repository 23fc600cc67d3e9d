/* candidates.mpk: the settled candidates of a run, one msgpack map after the other, only ever appended to; of several
   with the same number the last one counts. A snapshot says how much of it is its own, and with which checksum: what
   is behind that was never part of one. auxcell-snapshot(5). */
#ifndef AX_SEARCH_SETTLEDFILE_H
#define AX_SEARCH_SETTLEDFILE_H

#include "engine/base/err.h"

#include <msgpack.h>
#include <stdbool.h>
#include <stdint.h>

#define AX_SETTLEDFILE_NAME "candidates.mpk"
#define AX_SETTLEDFILE_ASIDE "candidates.mpk.damaged"

typedef struct ax_settledfile {
    int dirfd, fd;  /* the run's directory (borrowed); -1 = the file isn't open for writing */
    uint64_t bytes; /* from its start, what snapshots have spoken of */
    uint32_t crc;   /* CRC-32C of these bytes */
    bool broken;    /* a write or sync failed: what is on disk isn't known any more */
    char bad[192];  /* "", or what is wrong with the file, which the next append puts aside */
} ax_settledfile;

void ax_settledfile_init(ax_settledfile *f, int dirfd);
void ax_settledfile_release(ax_settledfile *f);
/* Appends whole maps and syncs them. What is behind f->bytes, left by a run that was killed before it could name it
   in a snapshot, is cut off first. AX_EIO; after that every further call fails, too. */
ax_code ax_settledfile_append(ax_settledfile *f, const void *maps, size_t n, ax_err *err);
/* What the file holds is of no use, and why: the next append renames it to AX_SETTLEDFILE_ASIDE, in place of an older
   one, and starts a new one. */
void ax_settledfile_renew(ax_settledfile *f, const char *why);
/* Gives the maps of the first `bytes` bytes to candidate, one after the other, and goes on behind them from then on.
   candidate: false = not what it should be. AX_EFORMAT: shorter than that, another checksum, such a map, or a bad disk.
 */
ax_code ax_settledfile_read(ax_settledfile *f, uint64_t bytes, uint32_t crc,
                            bool (*candidate)(void *context, const msgpack_object *o), void *context, ax_err *err);

#endif
