/* SHA-256 (FIPS 180-4), to identify the file that an export was made from; sha256sum prints the same. */
#ifndef AX_BASE_SHA256_H
#define AX_BASE_SHA256_H

#include <stddef.h>

enum { AX_SHA256_TEXT = 65 };

/* Writes the digest of n bytes as 64 hexadecimal digits; returns text. */
char *ax_sha256_text(const void *bytes, size_t n, char text[static AX_SHA256_TEXT]);

#endif
