/* A picture as the bytes that show it at the cursor of a terminal with graphics. */
#ifndef AX_VIZ_PIXELS_H
#define AX_VIZ_PIXELS_H

#include "engine/base/str.h"
#include "viz/raster.h"

#include <stdbool.h>

/* ---- Kitty's protocol ---- */

enum { AX_KITTY_IMAGES = 16 };
typedef struct ax_kitty {
    struct {
        uint64_t pixels;
        uint32_t id; /* 0 = none */
        uint32_t used;
    } image[AX_KITTY_IMAGES]; /* that the terminal has */
    uint32_t next, clock;
} ax_kitty;

/* A picture, out_h x out_w pixels large; id: its image. No memory: nothing is appended. */
void ax_kitty_show(ax_kitty *k, const ax_raster *p, int out_h, int out_w, uint32_t placement, uint32_t *id,
                   ax_str *out);
/* Marks an image as on the screen, so that others are replaced first. */
void ax_kitty_keep(ax_kitty *k, uint32_t id);
void ax_kitty_hide(uint32_t id, uint32_t placement, ax_str *out);
void ax_kitty_clear(ax_kitty *k, ax_str *out);

/* ---- sixel ---- */

bool ax_sixel_is_built(void);
/* Appends a picture of at most out_h x out_w pixels. */
void ax_sixel_show(const ax_raster *p, int out_h, int out_w, ax_str *out);

#endif
