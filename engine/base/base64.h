/* Bytes as base64 (RFC 4648). */
#ifndef AX_BASE_BASE64_H
#define AX_BASE_BASE64_H

#include "engine/base/str.h"

/* Appends n bytes, padded with '=' to whole groups of four characters. */
void ax_base64(ax_str *out, const void *bytes, size_t n);

#endif
