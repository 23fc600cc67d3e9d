/* Writes protocol buffers, just the encoding that is needed here (protobuf.dev, "Encoding"). A message is a growing
   byte string; fields are written in the order of the calls. */
#ifndef AX_EXPORT_PROTOBUF_H
#define AX_EXPORT_PROTOBUF_H

#include "engine/base/str.h"

#include <stdint.h>

void ax_pb_varint(ax_str *m, unsigned field, uint64_t value); /* int32, int64 (two's complement), enum, bool */
void ax_pb_float(ax_str *m, unsigned field, float value);
void ax_pb_bytes(ax_str *m, unsigned field, const void *bytes, size_t n);
void ax_pb_text(ax_str *m, unsigned field, const char *text);
/* A field that is itself a message. A failure of part makes m fail too. */
void ax_pb_message(ax_str *m, unsigned field, const ax_str *part);

#endif
