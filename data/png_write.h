/* PNG files that are whole or not there. */
#ifndef AX_DATA_PNG_WRITE_H
#define AX_DATA_PNG_WRITE_H

#include "engine/base/err.h"

#include <stdint.h>

/* 8-bit palette: index = class id. palette: `colors` RGB triples; ids beyond them (255 = unlabelled) are white. */
ax_code ax_mask_write(const char *path, const uint8_t *mask, int32_t h, int32_t w, const uint8_t (*palette)[3],
                      int32_t colors, ax_err *err);
/* Picture and mask's colours half and half; unlabelled pixels stay as they are. RGB. */
ax_code ax_overlay_write(const char *path, const uint8_t *rgb, const uint8_t *mask, int32_t h, int32_t w,
                         const uint8_t (*palette)[3], int32_t colors, ax_err *err);

#endif
