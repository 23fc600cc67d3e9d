/* Reads msgpack piece by piece without allocating memory, for data that is read a million times. Elsewhere msgpack-c's
   objects are handier (pack.h). Nothing is read beyond the end; when the next object has another type or doesn't fit,
   the call returns false and the reader stays where it is. */
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
bool ax_msgread_whole(ax_msgread *r, int64_t *out); /* false also above INT64_MAX */
bool ax_msgread_real(ax_msgread *r, double *out);   /* nil becomes NAN; integers are accepted too */
bool ax_msgread_bool(ax_msgread *r, bool *out);
/* The bytes are borrowed. */
bool ax_msgread_text(ax_msgread *r, const char **text, size_t *n);
bool ax_msgread_bin(ax_msgread *r, const uint8_t **bytes, size_t *n);
/* Copies text; false when it is too long or contains a zero byte. */
bool ax_msgread_copy(ax_msgread *r, char *out, size_t cap);
bool ax_msgread_skip(ax_msgread *r); /* skips one object of any type */

#endif
