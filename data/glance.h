/* Reads the header of an image file, a few hundred bytes, without decoding it. */
#ifndef AX_DATA_GLANCE_H
#define AX_DATA_GLANCE_H

#include "engine/base/err.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct ax_glance {
    bool jpeg;     /* else a PNG */
    int32_t h, w;  /* as stored */
    int depth;     /* bits per value */
    int kind;      /* a PNG's colour type: 0 grey, 2 RGB, 3 palette, 4 grey and 6 RGB with alpha; a JPEG's components */
    bool ends;     /* the file ends as it should; otherwise it may be truncated */
    uint64_t size; /* bytes */
} ax_glance;

/* Errors, with the file's name: AX_EIO (can't be read), AX_EFORMAT (empty, neither PNG nor JPEG, invalid header, too
   large). */
ax_code ax_glance_read(const char *path, ax_glance *out, ax_err *err);
/* "grey, 8 bits", "palette, 4 bits", "RGB", ... */
const char *ax_glance_kind(const ax_glance *g, char text[32]);

#endif
