/* Helpers over msgpack-c that several formats share. */
#ifndef AX_BASE_PACK_H
#define AX_BASE_PACK_H

#include "engine/base/rng.h"

#include <msgpack.h>
#include <stdbool.h>
#include <stdint.h>

/* A packer into a fixed buffer; remembers whether something didn't fit. */
typedef struct ax_fixed {
    uint8_t *buf;
    size_t cap, len;
    bool full;
} ax_fixed;
int ax_fixed_write(void *fixed, const char *bytes, size_t n); /* msgpack_packer's callback */
int ax_str_write(void *str, const char *bytes, size_t n);     /* the same into an ax_str */

/* Replaces each byte that isn't UTF-8 with '?': msgpack strings must be UTF-8, or other libraries refuse them. */
void ax_pack_text(msgpack_packer *pk, const char *text);
void ax_pack_real(msgpack_packer *pk, double v); /* NAN becomes nil */
void ax_pack_bool(msgpack_packer *pk, bool v);
void ax_pack_rng(msgpack_packer *pk, const ax_rng *rng);

/* Unpacks bytes that are one whole and sound object (msgskim.h) into msg, which the caller initialises and destroys.
   Texts of the object are borrowed from the bytes. */
bool ax_unpack(msgpack_unpacked *msg, const void *bytes, size_t n);
/* The same into `out`, as `take` reads it from the object; false when either refuses. */
bool ax_unpack_by(bool (*take)(const msgpack_object *o, void *out), const void *bytes, size_t n, void *out);

/* The value of a key in a map; NULL when there is none, or when the object isn't a map. */
const msgpack_object *ax_map_get(const msgpack_object *map, const char *key);
bool ax_read_whole(const msgpack_object *o, int64_t *out);
bool ax_read_u32(const msgpack_object *o, uint32_t *out);
bool ax_read_real(const msgpack_object *o, double *out);           /* nil becomes NAN; integers are accepted too */
bool ax_read_text(const msgpack_object *o, char *out, size_t cap); /* false when too long, or with a zero byte */
bool ax_read_rng(const msgpack_object *o,
                 ax_rng *out); /* false also for the all-zero state, which the generator never leaves */

#endif
