/* Reads a msgpack object piece by piece, without memory of its own: for what is read a million times. For everything
   else msgpack-c's objects are handier (pack.h). Nothing is read past the end; what doesn't fit leaves the reader where
   it is and returns false. */
#ifndef AX_BASE_MSGREAD_H
#define AX_BASE_MSGREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ax_msgread {
    const uint8_t *at, *end;
} ax_msgread;

bool ax_msgread_array(ax_msgread *r, uint32_t *n);
bool ax_msgread_map(ax_msgread *r, uint32_t *n);
bool ax_msgread_whole(ax_msgread *r, int64_t *out); /* false, too, beyond INT64_MAX */
bool ax_msgread_real(ax_msgread *r, double *out);   /* nil becomes NAN; integers are taken too */
bool ax_msgread_bool(ax_msgread *r, bool *out);
/* Borrowed bytes. */
bool ax_msgread_text(ax_msgread *r, const char **text, size_t *n);
bool ax_msgread_bin(ax_msgread *r, const uint8_t **bytes, size_t *n);
/* Copies text; false when it is too long or has a zero byte. */
bool ax_msgread_copy(ax_msgread *r, char *out, size_t cap);
bool ax_msgread_skip(ax_msgread *r); /* one object of any kind */

#endif
