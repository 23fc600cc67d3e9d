/* Kitty's graphics protocol: an image is sent once, as PNG, and then placed as often as needed, scaled by the
   terminal. */
#include "viz/pixels.h"

#include "engine/base/base64.h"
#include "engine/base/crc32c.h"
#include "engine/base/hash.h"
#include "engine/base/png_encode.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 4096, MOST_BYTES = 64 << 20 };

/* ---- an image's bytes ---- */

/* Sends an image as PNG, in chunks as the protocol wants them. */
static void transmit(const ax_raster *p, uint32_t id, ax_str *out)
{
    enum { BYTES = CHUNK / 4 * 3 };
    ax_str png;
    ax_str_init(&png, MOST_BYTES);
    const ax_png_picture of = { .kind = p->colors ? AX_PNG_PALETTE : AX_PNG_RGB,
                                .h = p->h,
                                .w = p->w,
                                .pixels = p->pixels,
                                .palette = p->palette };
    bool ok = ax_png_encode(&of, &png, NULL) == AX_OK;
    for (size_t at = 0; ok && at < png.len; at += BYTES) {
        size_t n = png.len - at < BYTES ? png.len - at : BYTES;
        if (at)
            ax_str_printf(out, "\033_Gm=%d;", at + n < png.len);
        else
            ax_str_printf(out, "\033_Ga=t,f=100,i=%u,q=2,m=%d;", id, n < png.len);
        ax_base64(out, png.text + at, n);
        ax_str_add(out, "\033\\");
    }
    ax_str_release(&png);
}

/* ---- the size that is sent ---- */

/* The part that is seen, scaled to h x w pixels (malloc, caller frees). NULL: no memory. */
static uint8_t *resample(const ax_raster *p, int32_t h, int32_t w)
{
    uint8_t *out = malloc((size_t)h * (size_t)w * (p->colors ? 1 : 3));
    if (out && !p->colors)
        ax_raster_scale(p, h, w, out);
    for (int32_t y = 0; y < h && out && p->colors; y++)
        for (int32_t x = 0; x < w; x++) { /* the nearest class: there are none in between */
            int32_t from_y = p->top + (int32_t)((y + 0.5) * p->seen_h / h);
            int32_t from_x = p->left + (int32_t)((x + 0.5) * p->seen_w / w);
            out[(size_t)y * (size_t)w + (size_t)x] = p->pixels[(size_t)from_y * (size_t)p->w + (size_t)from_x];
        }
    return out;
}

/* ---- images that the terminal has ---- */

static uint64_t pixels_of(const ax_raster *p)
{
    size_t bytes = (size_t)p->h * (size_t)p->w * (p->colors ? 1 : 3);
    const int32_t what[] = { p->h, p->w, (int32_t)ax_crc32c(0, p->pixels, bytes), p->colors };
    uint64_t pixels = ax_hash(AX_HASH_START, what, sizeof what);
    return p->colors ? ax_hash(pixels, p->palette, sizeof *p->palette * (size_t)p->colors) : pixels;
}

/* Index of the image or, when the terminal doesn't have it, of the least recently used one. */
static int place_of(const ax_kitty *k, uint64_t pixels)
{
    int oldest = 0;
    for (int i = 0; i < AX_KITTY_IMAGES; i++) {
        if (k->image[i].id && k->image[i].pixels == pixels)
            return i;
        if (k->image[i].used < k->image[oldest].used)
            oldest = i;
    }
    return oldest;
}

static uint32_t image_of(ax_kitty *k, const ax_raster *p, ax_str *out)
{
    uint64_t pixels = pixels_of(p);
    int i = place_of(k, pixels);
    if (!k->image[i].id || k->image[i].pixels != pixels) {
        if (k->image[i].id)
            ax_str_printf(out, "\033_Ga=d,d=I,i=%u,q=2\033\\", k->image[i].id);
        k->image[i].id = ++k->next;
        k->image[i].pixels = pixels;
        transmit(p, k->image[i].id, out);
    }
    k->image[i].used = ++k->clock;
    return k->image[i].id;
}

void ax_kitty_keep(ax_kitty *k, uint32_t id)
{
    for (int i = 0; i < AX_KITTY_IMAGES; i++)
        if (k->image[i].id == id)
            k->image[i].used = ++k->clock;
}

/* ---- placing ---- */

/* Pictures of classes are sent in the size in which they are shown, since a terminal that enlarges mixes colours.
   Others are sent whole, which makes zooming free, unless they have far more pixels than are seen. */
void ax_kitty_show(ax_kitty *k, const ax_raster *p, int out_h, int out_w, uint32_t placement, uint32_t *id, ax_str *out)
{
    ax_raster sent = *p;
    uint8_t *own = NULL;
    if (p->colors || p->seen_w > out_w * 5 / 4) {
        own = resample(p, out_h, out_w);
        if (!own)
            return;
        sent.pixels = own;
        sent.h = sent.seen_h = out_h;
        sent.w = sent.seen_w = out_w;
        sent.top = sent.left = 0;
    }
    *id = image_of(k, &sent, out);
    free(own);
    ax_str_printf(out, "\033_Ga=p,i=%u,p=%u,x=%d,y=%d,w=%d,h=%d,c=%d,r=%d,C=1,q=2\033\\", *id, placement, sent.left,
                  sent.top, sent.seen_w, sent.seen_h, p->at.cols, p->at.rows);
}

void ax_kitty_hide(uint32_t id, uint32_t placement, ax_str *out)
{
    ax_str_printf(out, "\033_Ga=d,d=i,i=%u,p=%u,q=2\033\\", id, placement);
}

void ax_kitty_clear(ax_kitty *k, ax_str *out)
{
    ax_str_add(out, "\033_Ga=d,d=A,q=2\033\\");
    memset(k, 0, sizeof *k);
}
