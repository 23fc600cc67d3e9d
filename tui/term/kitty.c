/* Kitty's graphics protocol: an image is sent once, as PNG, and then placed, scaled by the terminal, as often as it is
   wanted. */
#include "tui/term/term_internal.h"

#include "engine/base/crc32c.h"
#include "engine/base/hash.h"
#include "engine/base/png_encode.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 4096, MOST_BYTES = 64 << 20, MOST_LARGER = 4 };

/* ---- an image's bytes ---- */

static void add_base64(ax_str *out, const unsigned char *p, size_t n)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)p[i] << 16 | (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0) | (i + 2 < n ? p[i + 2] : 0);
        const char four[4] = { digit[v >> 18], digit[v >> 12 & 63], i + 1 < n ? digit[v >> 6 & 63] : '=',
                               i + 2 < n ? digit[v & 63] : '=' };
        ax_str_bytes(out, four, sizeof four);
    }
}

/* Indices, each pixel `larger` times as high and wide: the terminal mixes colours where it enlarges, and classes have
   no colours in between. */
static uint8_t *enlarge(const ax_raster *p, int larger)
{
    size_t w = (size_t)p->w * (size_t)larger, h = (size_t)p->h * (size_t)larger;
    uint8_t *out = malloc(h * w);
    for (size_t i = 0; i < h * w && out; i++)
        out[i] = p->pixels[i / w / (size_t)larger * (size_t)p->w + i % w / (size_t)larger];
    return out;
}

static bool add_png(const ax_raster *p, int larger, ax_str *out)
{
    uint8_t *indices = p->colors ? enlarge(p, larger) : NULL;
    ax_png_picture png = { .kind = p->colors ? AX_PNG_PALETTE : AX_PNG_RGB,
                           .h = p->h * larger,
                           .w = p->w * larger,
                           .pixels = p->colors ? indices : p->pixels,
                           .palette = p->palette };
    bool ok = png.pixels && ax_png_encode(&png, out, NULL) == AX_OK;
    free(indices);
    return ok;
}

static void transmit(const ax_raster *p, int larger, uint32_t id, ax_str *out)
{
    ax_str png;
    ax_str_init(&png, MOST_BYTES);
    if (add_png(p, larger, &png)) {
        enum { BYTES = CHUNK / 4 * 3 };
        for (size_t at = 0; at < png.len; at += BYTES) {
            size_t n = png.len - at < BYTES ? png.len - at : BYTES;
            if (at)
                ax_str_printf(out, "\033_Gm=%d;", at + n < png.len);
            else
                ax_str_printf(out, "\033_Ga=t,f=100,i=%u,q=2,m=%d;", id, n < png.len);
            add_base64(out, (const unsigned char *)png.text + at, n);
            ax_str_add(out, "\033\\");
        }
    }
    ax_str_release(&png);
}

/* ---- images that the terminal has ---- */

static uint64_t pixels_of(const ax_raster *p, int larger)
{
    size_t bytes = (size_t)p->h * (size_t)p->w * (p->colors ? 1 : 3);
    const int32_t what[] = { p->h, p->w, (int32_t)ax_crc32c(0, p->pixels, bytes), p->colors, larger };
    uint64_t pixels = ax_hash(AX_HASH_START, what, sizeof what);
    return p->colors ? ax_hash(pixels, p->palette, sizeof *p->palette * (size_t)p->colors) : pixels;
}

/* The image's place, that of the one which wasn't used for longest when it isn't there. */
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

static uint32_t image_of(ax_kitty *k, const ax_raster *p, int larger, ax_str *out)
{
    uint64_t pixels = pixels_of(p, larger);
    int i = place_of(k, pixels);
    if (!k->image[i].id || k->image[i].pixels != pixels) {
        if (k->image[i].id)
            ax_str_printf(out, "\033_Ga=d,d=I,i=%u,q=2\033\\", k->image[i].id);
        k->image[i].id = ++k->next;
        k->image[i].pixels = pixels;
        transmit(p, larger, k->image[i].id, out);
    }
    k->image[i].used = ++k->clock;
    return k->image[i].id;
}

/* ---- placing ---- */

void ax_kitty_show(ax_kitty *k, const ax_raster *p, int cell_w, uint32_t placement, uint32_t *id, ax_str *out)
{
    int larger = p->colors ? (p->at.cols * cell_w + p->seen_w - 1) / p->seen_w : 1;
    larger = larger < 1 ? 1 : larger > MOST_LARGER ? MOST_LARGER : larger;
    *id = image_of(k, p, larger, out);
    ax_str_printf(out, "\033_Ga=p,i=%u,p=%u,x=%d,y=%d,w=%d,h=%d,c=%d,r=%d,C=1,q=2\033\\", *id, placement,
                  p->left * larger, p->top * larger, p->seen_w * larger, p->seen_h * larger, p->at.cols, p->at.rows);
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
