/* Pictures as the bytes of a PNG file. */
#ifndef AX_VIZ_PNG_H
#define AX_VIZ_PNG_H

#include "engine/base/err.h"
#include "engine/base/str.h"

#include <stdint.h>

/* Appends the file of {h,w,3} RGB. */
ax_code ax_png_rgb(const uint8_t *rgb, int32_t h, int32_t w, ax_str *out, ax_err *err);
/* Of {h,w} indices into a palette of 256 colours. */
ax_code ax_png_palette(const uint8_t *index, int32_t h, int32_t w, const uint8_t (*palette)[3], ax_str *out,
                       ax_err *err);

#endif
