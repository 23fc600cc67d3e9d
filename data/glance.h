/* What an image file says of itself, without decoding it: a few hundred bytes are read. */
#ifndef AX_DATA_GLANCE_H
#define AX_DATA_GLANCE_H

#include "engine/base/err.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct ax_glance {
    bool jpeg;     /* else a PNG */
    int32_t h, w;  /* as stored */
    int depth;     /* bits of a value */
    int kind;      /* a PNG's colour type: 0 grey, 2 RGB, 3 palette, 4 grey and 6 RGB with alpha; a JPEG's components */
    bool ends;     /* as such a file should; one that doesn't may be cut short */
    uint64_t size; /* bytes */
} ax_glance;

/* AX_EIO (can't be read), AX_EFORMAT (empty, neither a PNG nor a JPEG, a header that makes no sense, too large), each
   with the file's name. */
ax_code ax_glance_read(const char *path, ax_glance *out, ax_err *err);
/* "grey, 8 bits", "palette, 4 bits", "RGB", ... */
const char *ax_glance_kind(const ax_glance *g, char text[32]);

#endif
