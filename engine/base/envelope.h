/* The frame of the files that hold state: a msgpack array [magic, version, map, crc32c]. The checksum runs over all
   bytes before it and is always packed as uint 32, so it takes the last five bytes of the file. */
#ifndef AX_BASE_ENVELOPE_H
#define AX_BASE_ENVELOPE_H

#include "engine/base/err.h"
#include "engine/base/str.h"

#include <msgpack.h>
#include <stdint.h>

typedef struct ax_envelope {
    const char *magic;        /* "auxcell-snapshot" */
    const char *what;         /* for messages: "a snapshot" */
    uint32_t oldest, version; /* versions that this program reads; it writes the latter */
} ax_envelope;

/* Starts packing into out (bound: most bytes): the caller packs the map with pk, then calls ax_envelope_end. */
void ax_envelope_begin(const ax_envelope *e, ax_str *out, size_t bound, msgpack_packer *pk);
/* Adds the checksum; ax_str_ok(out) says whether memory was enough for all of it. */
void ax_envelope_end(ax_str *out);
/* Checks bytes (borrowed; they must outlive msg) and gives the map, which belongs to msg (the caller has initialised
   msg and destroys it). AX_EFORMAT: damaged, of a newer version, or something else. */
ax_code ax_envelope_open(const ax_envelope *e, const char *bytes, size_t n, msgpack_unpacked *msg,
                         const msgpack_object **map, ax_err *err);

#endif
