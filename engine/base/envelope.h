/* The frame of files that hold state: a msgpack array [magic, version, map, crc32c]. The checksum covers all bytes
   before it and is always packed as uint 32, so it takes the last five bytes of the file. */
#ifndef AX_BASE_ENVELOPE_H
#define AX_BASE_ENVELOPE_H

#include "engine/base/err.h"
#include "engine/base/str.h"

#include <msgpack.h>
#include <stdint.h>

typedef struct ax_envelope {
    const char *magic;        /* "auxcell-snapshot" */
    const char *what;         /* for messages: "a snapshot" */
    uint32_t oldest, version; /* this program reads these versions and all between, and writes the latter */
} ax_envelope;

/* Starts a file in out (at most `bound` bytes). The caller then packs the map with pk and calls ax_envelope_end. */
void ax_envelope_begin(const ax_envelope *e, ax_str *out, size_t bound, msgpack_packer *pk);
/* Adds the checksum. ax_str_ok(out) then says whether everything fitted. */
void ax_envelope_end(ax_str *out);
/* Checks the file's bytes (borrowed; they must outlive msg) and returns its map, which belongs to msg (initialised and
   destroyed by the caller). AX_EFORMAT: damaged, of a newer version, or another kind of file. */
ax_code ax_envelope_open(const ax_envelope *e, const char *bytes, size_t n, msgpack_unpacked *msg,
                         const msgpack_object **map, ax_err *err);

#endif
