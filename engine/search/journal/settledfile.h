/* candidates.mpk: the settled candidates of a run as msgpack maps, append-only; among maps with the same number the
   last one counts. A snapshot records how many bytes belong to it, and their checksum; bytes behind these were never
   part of a snapshot. auxcell-snapshot(5). */
#ifndef AX_SEARCH_SETTLEDFILE_H
#define AX_SEARCH_SETTLEDFILE_H

#include "engine/base/err.h"

#include <msgpack.h>
#include <stdbool.h>
#include <stdint.h>

#define AX_SETTLEDFILE_NAME "candidates.mpk"
#define AX_SETTLEDFILE_ASIDE "candidates.mpk.damaged"

typedef struct ax_settledfile {
    int dirfd, fd;  /* dirfd: the run's directory (borrowed); fd: -1 = not open for writing */
    uint64_t bytes; /* number of bytes that belong to snapshots */
    uint32_t crc;   /* CRC-32C of these bytes */
    bool broken;    /* a write or sync failed: the content on disk is unknown */
    char bad[192];  /* "", or what is wrong with the file, which the next append puts aside */
} ax_settledfile;

void ax_settledfile_init(ax_settledfile *f, int dirfd);
void ax_settledfile_release(ax_settledfile *f);
/* Appends whole maps and syncs them. Bytes behind f->bytes, left by a run that was killed before a snapshot recorded
   them, are cut off first. AX_EIO; every later call then fails too. */
ax_code ax_settledfile_append(ax_settledfile *f, const void *maps, size_t n, ax_err *err);
/* Marks the file as unusable, with the reason: the next append renames it to AX_SETTLEDFILE_ASIDE, replacing an older
   one, and starts a new file. */
void ax_settledfile_renew(ax_settledfile *f, const char *why);
/* Passes the maps of the first `bytes` bytes to candidate one by one; appending continues behind them. candidate
   returns false for an invalid map. AX_EFORMAT: the file is shorter, has another checksum, an invalid map, or can't be
   read. */
ax_code ax_settledfile_read(ax_settledfile *f, uint64_t bytes, uint32_t crc,
                            bool (*candidate)(void *context, const msgpack_object *o), void *context, ax_err *err);

#endif
