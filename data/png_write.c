#include "data/png_write.h"

#include "engine/base/output.h"
#include "engine/base/png_encode.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_BYTES = 1 << 30 };

/* The file is made in memory first, so that a failure leaves no partial file. */
static ax_code write_png(const char *path, const ax_png_picture *p, ax_err *err)
{
    ax_str out;
    ax_str_init(&out, MOST_BYTES);
    ax_code code = ax_png_encode(p, &out, err);
    if (code == AX_OK)
        code = ax_output_write(path, out.text, out.len, err);
    else
        ax_fail_prefix(err, path);
    ax_str_release(&out);
    return code;
}

ax_code ax_mask_write(const char *path, const uint8_t *mask, int32_t h, int32_t w, const uint8_t (*palette)[3],
                      int32_t colors, ax_err *err)
{
    if (colors < 1 || colors > 256)
        return ax_fail(err, AX_EINVAL, "%s: a palette of %d colours", path, (int)colors);
    uint8_t full[256][3];
    for (int32_t i = 0; i < 256; i++)
        for (int c = 0; c < 3; c++)
            full[i][c] = i < colors ? palette[i][c] : 255;
    const ax_png_picture p = { AX_PNG_PALETTE, h, w, mask, (const uint8_t(*)[3])full, NULL, NULL };
    return write_png(path, &p, err);
}

ax_code ax_picture_write(const char *path, const uint8_t *rgb, int32_t h, int32_t w, ax_err *err)
{
    return write_png(path, &(ax_png_picture) { AX_PNG_RGB, h, w, rgb, NULL, NULL, NULL }, err);
}

ax_code ax_overlay_write(const char *path, const uint8_t *rgb, const uint8_t *mask, int32_t h, int32_t w,
                         const uint8_t (*palette)[3], int32_t colors, ax_err *err)
{
    size_t n = h < 1 || w < 1 ? 0 : (size_t)h * (size_t)w;
    uint8_t *blend = malloc(3 * n + 1);
    if (!blend)
        return ax_fail(err, AX_ENOMEM, "%s: no memory for %dx%d pixels", path, (int)w, (int)h);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < 3; c++) {
            int v = rgb[3 * i + c];
            blend[3 * i + c] = (uint8_t)(mask[i] < colors ? (v + palette[mask[i]][c] + 1) / 2 : v);
        }
    ax_code code = write_png(path, &(ax_png_picture) { AX_PNG_RGB, h, w, blend, NULL, NULL, NULL }, err);
    free(blend);
    return code;
}

ax_code ax_depth_write(const char *path, const float *metres, int32_t h, int32_t w, double scale, ax_err *err)
{
    enum { MOST = 65535 };
    char text[32];
    if (!(scale > 0) || !isfinite(scale))
        return ax_fail(err, AX_EINVAL, "%s: a depth scale of %g", path, scale);
    size_t n = h < 1 || w < 1 ? 0 : (size_t)h * (size_t)w;
    uint16_t *units = malloc(n * sizeof *units + 1);
    if (!units)
        return ax_fail(err, AX_ENOMEM, "%s: no memory for %dx%d pixels", path, (int)w, (int)h);
    for (size_t i = 0; i < n; i++) {
        double v = floor((double)metres[i] * scale + 0.5);
        bool there = isfinite(metres[i]) && metres[i] > 0;
        units[i] = (uint16_t)(!there ? 0 : v < 1 ? 1 : v > MOST ? MOST : v);
    }
    snprintf(text, sizeof text, "%.17g", scale);
    const ax_png_picture p = { AX_PNG_GREY16, h, w, units, NULL, AX_DEPTH_SCALE_KEY, text };
    ax_code code = write_png(path, &p, err);
    free(units);
    return code;
}
