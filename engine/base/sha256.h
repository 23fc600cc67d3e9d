/* SHA-256 (FIPS 180-4): says which file an export was made from, in a form that sha256sum prints too. */
#ifndef AX_BASE_SHA256_H
#define AX_BASE_SHA256_H

#include <stddef.h>

enum { AX_SHA256_TEXT = 65 };

/* The digest of n bytes as 64 hexadecimal digits; returns text. */
char *ax_sha256_text(const void *bytes, size_t n, char text[static AX_SHA256_TEXT]);

#endif
