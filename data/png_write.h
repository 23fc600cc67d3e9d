/* Writes PNG files, whole or not at all (temporary file beside them, fsync, rename). */
#ifndef AX_DATA_PNG_WRITE_H
#define AX_DATA_PNG_WRITE_H

#include "engine/base/err.h"

#include <stdint.h>

/* 8-bit palette PNG of mask {h,w}: index = class id. palette has `colors` entries (1..255); ids without one (255 =
   unlabelled) are kept and appear white. Errors: AX_EINVAL (sizes), AX_EIO, AX_ENOMEM. */
ax_code ax_mask_write(const char *path, const uint8_t *mask, int32_t h, int32_t w, const uint8_t (*palette)[3],
                      int32_t colors, ax_err *err);
/* RGB {h,w,3}, unchanged. */
ax_code ax_picture_write(const char *path, const uint8_t *rgb, int32_t h, int32_t w, ax_err *err);
/* Blends the picture and the colours of its classes half and half; pixels whose id has no colour are unchanged. */
ax_code ax_overlay_write(const char *path, const uint8_t *rgb, const uint8_t *mask, int32_t h, int32_t w,
                         const uint8_t (*palette)[3], int32_t colors, ax_err *err);

/* Metres {h,w} as 16-bit grey: value / scale metres, 0 = missing (not finite, or not positive). Values too large for 16
   bits become 65535, values below one unit become 1. The scale is stored in a tEXt chunk. AX_EINVAL: a scale that isn't
   positive. */
ax_code ax_depth_write(const char *path, const float *metres, int32_t h, int32_t w, double scale, ax_err *err);
/* Keyword of that chunk; its text is the number. */
#define AX_DEPTH_SCALE_KEY "depth-scale"

#endif
