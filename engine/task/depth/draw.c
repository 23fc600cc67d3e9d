#include "engine/task/depth/draw.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* From far to near. In CIELAB: L* from 16 to 90 in equal steps, hue from 295 to 95 degrees, chroma up to 55 where sRGB
   allows it. */
static const uint8_t scale[][3] = {
    { 0, 34, 103 },    { 0, 49, 101 },    { 1, 62, 104 },    { 3, 75, 110 },    { 2, 88, 117 },    { 3, 101, 124 },
    { 5, 114, 131 },   { 9, 127, 136 },   { 0, 141, 140 },   { 0, 156, 140 },   { 0, 171, 135 },   { 44, 185, 123 },
    { 100, 195, 115 }, { 141, 204, 110 }, { 179, 213, 108 }, { 215, 220, 111 }, { 251, 226, 119 },
};
enum { STEPS = sizeof scale / sizeof *scale - 1, MISSING = 208 };

static bool there(float metres)
{
    return isfinite(metres) && metres > 0;
}

ax_depth_span ax_depth_span_of(const float *depth, size_t n)
{
    ax_depth_span s = { INFINITY, 0 };
    for (size_t i = 0; i < n; i++)
        if (there(depth[i])) {
            s.near = fminf(s.near, depth[i]);
            s.far = fmaxf(s.far, depth[i]);
        }
    if (s.far <= 0)
        return (ax_depth_span) { 1, 10 };
    if (s.far <= s.near * 1.01f) /* a single depth is put in the middle of the scale */
        return (ax_depth_span) { s.near / 1.1f, s.far * 1.1f };
    return s;
}

/* at: 0 = far, 1 = near. */
static void color_at(double at, uint8_t rgb[3])
{
    at = fmin(fmax(at, 0), 1) * STEPS;
    int k = at < STEPS ? (int)at : STEPS - 1;
    for (int c = 0; c < 3; c++)
        rgb[c] = (uint8_t)(scale[k][c] + (at - k) * (scale[k + 1][c] - scale[k][c]) + 0.5);
}

void ax_depth_color(float metres, ax_depth_span span, uint8_t rgb[3])
{
    if (there(metres))
        color_at(log((double)span.far / (double)metres) / log((double)span.far / (double)span.near), rgb);
    else
        memset(rgb, MISSING, 3);
}

void ax_depth_draw(const float *depth, size_t n, ax_depth_span span, uint8_t *rgb)
{
    for (size_t i = 0; i < n; i++)
        ax_depth_color(depth[i], span, rgb + 3 * i);
}

void ax_depth_draw_error(const float *prediction, const float *truth, size_t n, uint8_t *rgb)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t *to = rgb + 3 * i;
        if (!there(truth[i])) {
            memset(to, MISSING, 3);
            continue;
        }
        /* an invalid prediction counts as the largest error: too near */
        double off =
            there(prediction[i]) ? log((double)prediction[i] / (double)truth[i]) / log(AX_DEPTH_ERROR_MOST) : -1;
        double size = fmin(fabs(off), 1);
        const double full[3] = { off > 0 ? 255 : 70, off > 0 ? 80 : 130, off > 0 ? 50 : 255 };
        for (int c = 0; c < 3; c++)
            to[c] = (uint8_t)(full[c] * size + 0.5);
    }
}

/* ---- the scale ---- */

enum { GLYPH_H = 5, GLYPH_W = 3 };

/* Rows from the top, three bits each, the highest bit on the left; in octal. */
static unsigned glyph_of(char c)
{
    static const unsigned digit[10] = {
        075557, 026227, 071747, 071317, 055711, 074717, 074757, 071111, 075757, 075717
    };
    return c >= '0' && c <= '9' ? digit[c - '0'] : c == '.' ? 000002 : c == 'm' ? 007755 : 0;
}

static void put(uint8_t *rgb, int32_t w, int32_t y, int32_t x, int32_t size, uint8_t value)
{
    for (int32_t i = 0; i < size; i++)
        memset(rgb + 3 * ((size_t)(y + i) * (size_t)w + (size_t)x), value, 3 * (size_t)size);
}

/* Draws white on black with dots of `dot` pixels; (y, x): top left of the text including a margin of one dot. */
static void text(uint8_t *rgb, int32_t w, int32_t y, int32_t x, int32_t dot, const char *said)
{
    for (; *said; said++, x += (GLYPH_W + 1) * dot) {
        unsigned glyph = glyph_of(*said);
        for (int32_t r = -1; r <= GLYPH_H; r++)
            for (int32_t c = -1; c <= GLYPH_W; c++) {
                bool inside = r >= 0 && r < GLYPH_H && c >= 0 && c < GLYPH_W;
                bool on = inside && glyph >> (3 * (GLYPH_H - 1 - r) + GLYPH_W - 1 - c) & 1;
                put(rgb, w, y + (r + 1) * dot, x + (c + 1) * dot, dot, on ? 255 : 0);
            }
    }
}

static int32_t text_width(const char *said, int32_t dot)
{
    return ((GLYPH_W + 1) * (int32_t)strlen(said) + 1) * dot;
}

void ax_depth_draw_scale(uint8_t *rgb, int32_t h, int32_t w, ax_depth_span span)
{
    char near[24], far[24];
    int32_t dot = h / 160 + 1, bar = 4 * dot, label = (GLYPH_H + 2) * dot;
    snprintf(near, sizeof near, "%.3gm", (double)span.near);
    snprintf(far, sizeof far, "%.3gm", (double)span.far);
    if (h < 4 * (bar + label) || w < 2 * dot + text_width(near, dot) + text_width(far, dot))
        return;
    for (int32_t x = 0; x < w; x++) {
        uint8_t color[3];
        color_at(1 - (double)x / (w - 1), color);
        for (int32_t y = h - bar; y < h; y++)
            memcpy(rgb + 3 * ((size_t)y * (size_t)w + (size_t)x), color, 3);
    }
    text(rgb, w, h - bar - label, 0, dot, near);
    text(rgb, w, h - bar - label, w - text_width(far, dot), dot, far);
}

const char *ax_depth_caption(ax_depth_span span, char buf[static 64])
{
    snprintf(buf, 64, "%.3g m yellow to %.3g m blue", (double)span.near, (double)span.far);
    return buf;
}
