#include "viz/mask.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the window ---- */

static double inside(double v, double most)
{
    return v < 0 ? 0 : v > most ? most : v;
}

void ax_mask_pan(ax_mask_window *w, int down, int right)
{
    double seen = ldexp(1, -w->zoom);
    w->down = inside(w->down + down * seen / 2, 1 - seen);
    w->right = inside(w->right + right * seen / 2, 1 - seen);
}

void ax_mask_zoom(ax_mask_window *w, int by)
{
    double before = ldexp(1, -w->zoom);
    w->zoom = w->zoom + by < 0 ? 0 : w->zoom + by > AX_MASK_ZOOM ? AX_MASK_ZOOM : w->zoom + by;
    double seen = ldexp(1, -w->zoom); /* the middle stays */
    w->down = inside(w->down + (before - seen) / 2, 1 - seen);
    w->right = inside(w->right + (before - seen) / 2, 1 - seen);
}

/* ---- the pictures ---- */

static const char *const kind_name[AX_MASK_KINDS] = { "input", "truth", "predicted", "error" };
enum { LONGEST_NAME = 9 };

static const uint8_t *pixels_of(const ax_maskfile *m, int image, ax_mask_kind kind)
{
    const uint8_t *const of[AX_MASK_KINDS] = { m->rgb[image], m->truth[image], m->predicted[image], m->error[image] };
    return of[kind];
}

static int count_kinds(const ax_maskfile *m, int image)
{
    int n = 0;
    for (int k = 0; k < AX_MASK_KINDS; k++)
        n += pixels_of(m, image, (ax_mask_kind)k) != NULL;
    return n;
}

ax_mosaic ax_mask_place(const ax_maskfile *m, int image, int rows, int cols, double aspect)
{
    if (image < 0 || image >= m->images || !count_kinds(m, image))
        return (ax_mosaic) { 0 };
    return ax_mosaic_of(rows, cols, count_kinds(m, image), m->h, m->w, aspect, LONGEST_NAME);
}

/* Sets the palette: classes without a colour are grey, pixels without a label black. */
static void set_palette(const ax_maskfile *m, ax_raster *out)
{
    out->colors = 256;
    memset(out->palette, 128, sizeof out->palette);
    memset(out->palette[AX_MASK_UNLABELLED], 0, sizeof *out->palette);
    memcpy(out->palette, m->color, sizeof *out->palette * (size_t)m->classes);
}

/* Blends classes with the image by half; puts other pictures over the darkened image where they aren't black. */
static uint8_t *lay_over(const ax_maskfile *m, const uint8_t *rgb, const ax_raster *top)
{
    size_t n = (size_t)m->h * (size_t)m->w;
    uint8_t *out = malloc(3 * n);
    for (size_t i = 0; i < n && out; i++) {
        const uint8_t *below = rgb + 3 * i, *above = top->colors ? top->palette[top->pixels[i]] : top->pixels + 3 * i;
        bool nothing = !above[0] && !above[1] && !above[2];
        for (int k = 0; k < 3; k++)
            out[3 * i + (size_t)k] = (uint8_t)(nothing       ? below[k] / 2
                                               : top->colors ? (below[k] + above[k]) / 2
                                                             : above[k]);
    }
    return out;
}

/* Sets the part of the image that the window shows. */
static void set_seen(const ax_mask_window *w, ax_raster *p)
{
    double seen = ldexp(1, -w->zoom);
    p->seen_h = (int32_t)fmax(1, lround(p->h * seen));
    p->seen_w = (int32_t)fmax(1, lround(p->w * seen));
    p->top = (int32_t)fmin(lround(w->down * p->h), p->h - p->seen_h);
    p->left = (int32_t)fmin(lround(w->right * p->w), p->w - p->seen_w);
}

static ax_code picture_of(const ax_maskfile *m, int image, ax_mask_kind kind, const ax_mask_window *w, bool mixes,
                          ax_raster *out, ax_err *err)
{
    bool judged = kind == AX_MASK_TRUTH || kind == AX_MASK_PREDICTED;
    out->h = m->h;
    out->w = m->w;
    out->pixels = pixels_of(m, image, kind);
    out->owned = NULL;
    out->colors = 0;
    if (judged && m->channels != 3)
        set_palette(m, out);
    if (mixes && judged && m->rgb[image] && (m->over || (w->over && !m->scale))) {
        out->owned = lay_over(m, m->rgb[image], out);
        if (!out->owned)
            return ax_fail(err, AX_ENOMEM, "no memory for a picture");
        out->pixels = out->owned;
        out->colors = 0;
    }
    set_seen(w, out);
    return AX_OK;
}

/* ---- in cells ---- */

char ax_mask_letter(uint8_t class)
{
    return class == AX_MASK_UNLABELLED ? '.'
           : class < 26                ? (char)('a' + class)
           : class < 52                ? (char)('A' + class - 26)
                                       : '?';
}

static int light_of(const uint8_t rgb[3])
{
    return (rgb[0] * 2 + rgb[1] * 5 + rgb[2]) / 8;
}

char ax_mask_shade(const uint8_t rgb[3])
{
    static const char ramp[] = " .:-=+*#%@";
    return ramp[light_of(rgb) * 9 / 255];
}

/* Draws two pixels, one above the other, in each cell. */
static void draw_blocks(ax_pane p, const ax_raster *pic, const uint8_t *rgb)
{
    uint32_t half = p.canvas->glyphs->code[AX_GLYPH_HALF];
    for (int r = 0; r < pic->at.rows; r++)
        for (int c = 0; c < pic->at.cols; c++) {
            const uint8_t *top = rgb + 3 * ((size_t)(2 * r) * (size_t)pic->at.cols + (size_t)c);
            const uint8_t *below = top + 3 * (size_t)pic->at.cols;
            ax_pane_pixel(p, pic->at.row + r, pic->at.col + c, half, ax_color_256(top[0], top[1], top[2]),
                          ax_color_256(below[0], below[1], below[2]));
        }
}

/* The pixel in the middle of a cell. */
static size_t middle(const ax_raster *pic, int r, int c)
{
    int32_t y = pic->top + (int32_t)((r + 0.5) * pic->seen_h / pic->at.rows);
    int32_t x = pic->left + (int32_t)((c + 0.5) * pic->seen_w / pic->at.cols);
    return (size_t)y * (size_t)pic->w + (size_t)x;
}

/* The letter of the brightest pixel of a cell, for thin lines on black. */
static char brightest(const ax_raster *pic, int r, int c)
{
    static const uint8_t black[3];
    const uint8_t *best = black;
    double high = (double)pic->seen_h / pic->at.rows, wide = (double)pic->seen_w / pic->at.cols;
    for (int32_t y = (int32_t)(r * high); y < (r + 1) * high && y < pic->seen_h; y++)
        for (int32_t x = (int32_t)(c * wide); x < (c + 1) * wide && x < pic->seen_w; x++) {
            const uint8_t *rgb = pic->pixels + 3 * ((size_t)(pic->top + y) * (size_t)pic->w + (size_t)(pic->left + x));
            if (light_of(rgb) > light_of(best))
                best = rgb;
        }
    return ax_mask_shade(best);
}

static void draw_letters(ax_pane p, const ax_raster *pic, bool lines)
{
    for (int r = 0; r < pic->at.rows; r++)
        for (int c = 0; c < pic->at.cols; c++) {
            size_t at = middle(pic, r, c);
            char letter = pic->colors ? ax_mask_letter(pic->pixels[at])
                          : lines     ? brightest(pic, r, c)
                                      : ax_mask_shade(pic->pixels + 3 * at);
            ax_pane_put(p, pic->at.row + r, pic->at.col + c, (uint32_t)letter, AX_ROLE_TEXT);
        }
}

/* Draws where classes are predicted wrong. */
static void draw_wrong(ax_pane p, const ax_raster *pic, const ax_maskfile *m, int image)
{
    for (int r = 0; r < pic->at.rows; r++)
        for (int c = 0; c < pic->at.cols; c++) {
            size_t at = middle(pic, r, c);
            uint8_t truth = m->truth[image][at];
            bool wrong = truth != AX_MASK_UNLABELLED && truth != m->predicted[image][at];
            ax_pane_put(p, pic->at.row + r, pic->at.col + c, wrong ? '#' : '.', AX_ROLE_TEXT);
        }
}

/* Draws a picture as cells. */
static ax_code draw_cells(ax_pane p, const ax_raster *pic, const ax_maskfile *m, int image, ax_mask_kind kind,
                          bool color, ax_err *err)
{
    if (!color && kind == AX_MASK_ERROR && m->channels != 3) {
        draw_wrong(p, pic, m, image);
    } else if (!color) {
        draw_letters(p, pic, m->over && kind != AX_MASK_INPUT);
    } else {
        uint8_t *rgb = malloc(6 * (size_t)pic->at.rows * (size_t)pic->at.cols);
        if (!rgb)
            return ax_fail(err, AX_ENOMEM, "no memory for a picture");
        ax_raster_scale(pic, 2 * pic->at.rows, pic->at.cols, rgb);
        draw_blocks(p, pic, rgb);
        free(rgb);
    }
    return AX_OK;
}

ax_code ax_mask_draw(ax_pane p, const ax_maskfile *m, int image, const ax_mask_window *w, bool color, ax_err *err)
{
    double aspect = p.canvas->cell_aspect > 0 ? p.canvas->cell_aspect : 2;
    ax_mosaic place = ax_mask_place(m, image, p.at.rows, p.at.cols, aspect);
    bool blocks = color && !p.canvas->glyphs->ascii;
    bool mixes = blocks || p.canvas->graphics; /* letters don't */
    for (int kind = 0, at = 0; kind < AX_MASK_KINDS && place.cols; kind++) {
        ax_raster pic;
        if (!pixels_of(m, image, (ax_mask_kind)kind))
            continue;
        int row = at / place.across * place.row_step, col = at % place.across * place.col_step;
        at++;
        ax_pane_print(p, row, col, AX_ROLE_DIM, kind_name[kind]);
        pic.at = (ax_rect) { row + 1, col, place.rows, place.cols };
        ax_code code = picture_of(m, image, (ax_mask_kind)kind, w, mixes, &pic, err);
        if (code != AX_OK)
            return code;
        code = draw_cells(p, &pic, m, image, (ax_mask_kind)kind, blocks, err);
        if (code != AX_OK) {
            free(pic.owned);
            return code;
        }
        ax_pane_picture(p, &pic);
    }
    return AX_OK;
}
