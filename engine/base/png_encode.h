/* Encodes pictures as PNG. */
#ifndef AX_BASE_PNG_ENCODE_H
#define AX_BASE_PNG_ENCODE_H

#include "engine/base/err.h"
#include "engine/base/str.h"

#include <stdint.h>

/* Pixel formats. */
typedef enum ax_png_kind {
    AX_PNG_RGB,     /* {h,w,3} bytes */
    AX_PNG_PALETTE, /* {h,w} bytes, indices into 256 colours */
    AX_PNG_GREY16   /* {h,w} uint16_t */
} ax_png_kind;

typedef struct ax_png_picture {
    ax_png_kind kind;
    int32_t h, w;
    const void *pixels;
    const uint8_t (*palette)[3]; /* for AX_PNG_PALETTE */
    const char *keyword, *text;  /* a tEXt chunk; NULL = none */
} ax_png_picture;

/* Appends the PNG file to out. AX_EINVAL: an empty or too large picture; AX_ENOMEM. */
ax_code ax_png_encode(const ax_png_picture *p, ax_str *out, ax_err *err);

#endif
