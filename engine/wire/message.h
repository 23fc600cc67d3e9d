/* Splits a stream of bytes into msgpack objects, with caps: nothing is reserved because a length claims it. */
#ifndef AX_WIRE_MESSAGE_H
#define AX_WIRE_MESSAGE_H

#include "engine/base/err.h"

#include <stddef.h>
#include <stdint.h>

typedef struct ax_messages {
    uint8_t *buf;
    size_t len, cap, at, most; /* bytes held, reserved, consumed; largest message allowed */
} ax_messages;

/* most: largest message in bytes. */
void ax_messages_init(ax_messages *m, size_t most);
void ax_messages_release(ax_messages *m);
/* Appends bytes as they come. AX_ENOMEM. */
ax_code ax_messages_feed(ax_messages *m, const void *bytes, size_t n, ax_err *err);
/* 1: *bytes, *n is the next whole message (borrowed until the next feed); 0: more bytes are needed; -1: what comes
   isn't msgpack, or larger than allowed: the stream is of no use any more. */
int ax_messages_next(ax_messages *m, const uint8_t **bytes, size_t *n);

#endif
