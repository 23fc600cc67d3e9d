/* Splits a byte stream into msgpack objects, with limits: no memory is reserved on the word of a length field. */
#ifndef AX_WIRE_MESSAGE_H
#define AX_WIRE_MESSAGE_H

#include "engine/base/err.h"

#include <stddef.h>
#include <stdint.h>

typedef struct ax_messages {
    uint8_t *buf;
    size_t len, cap, at, most; /* bytes held, reserved, consumed; largest message allowed */
} ax_messages;

/* most: size of the largest message, bytes. */
void ax_messages_init(ax_messages *m, size_t most);
void ax_messages_release(ax_messages *m);
/* Appends bytes as they arrive. AX_ENOMEM. */
ax_code ax_messages_feed(ax_messages *m, const void *bytes, size_t n, ax_err *err);
/* 1: *bytes and *n are the next whole message (borrowed until the next feed); 0: more bytes are needed; -1: the data
   isn't msgpack, or a message is too large, and the stream can't be used any more. */
int ax_messages_next(ax_messages *m, const uint8_t **bytes, size_t *n);

#endif
