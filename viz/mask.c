#include "viz/mask.h"

#include "engine/base/output.h"
#include "engine/base/png_encode.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { UNLABELLED = 255 };

/* ---- in cells ---- */

/* One of the three pictures, to be looked at pixel by pixel. */
typedef struct picture {
    const ax_maskfile *m;
    const uint8_t *rgb, *mask; /* one of them */
} picture;

static void pixel_rgb(const picture *pic, int32_t row, int32_t col, uint8_t out[3])
{
    size_t at = (size_t)row * (size_t)pic->m->w + (size_t)col;
    if (pic->rgb) {
        memcpy(out, pic->rgb + 3 * at, 3);
        return;
    }
    uint8_t class = pic->mask[at];
    if (class < pic->m->classes)
        memcpy(out, pic->m->color[class], 3);
    else
        memset(out, class == UNLABELLED ? 0 : 128, 3);
}

/* Mean colour of a picture's box, at most 4 x 4 samples; for a mask its middle: class ids have no mean. */
static uint8_t box_color(const picture *pic, double top, double left, double size)
{
    int sum[3] = { 0, 0, 0 }, n = 0, samples = pic->rgb ? 4 : 1;
    for (int i = 0; i < samples * samples; i++) {
        int down = i / samples, across = i % samples;
        int32_t r = (int32_t)(top + (down + 0.5) * size / samples);
        int32_t c = (int32_t)(left + (across + 0.5) * size / samples);
        uint8_t rgb[3];
        if (r >= pic->m->h || c >= pic->m->w)
            continue;
        pixel_rgb(pic, r, c, rgb);
        for (int k = 0; k < 3; k++)
            sum[k] += rgb[k];
        n++;
    }
    n = n ? n : 1;
    return ax_color_256((uint8_t)(sum[0] / n), (uint8_t)(sum[1] / n), (uint8_t)(sum[2] / n));
}

char ax_mask_letter(uint8_t class)
{
    return class == UNLABELLED ? '.' : class < 26 ? (char)('a' + class) : class < 52 ? (char)('A' + class - 26) : '?';
}

static char box_letter(const picture *pic, double top, double left, double size)
{
    int32_t r = (int32_t)(top + size / 2), c = (int32_t)(left + size / 2);
    r = r < pic->m->h ? r : pic->m->h - 1;
    c = c < pic->m->w ? c : pic->m->w - 1;
    size_t at = (size_t)r * (size_t)pic->m->w + (size_t)c;
    if (pic->rgb) {
        static const char ramp[] = " .:-=+*#%@";
        int light = (pic->rgb[3 * at] * 2 + pic->rgb[3 * at + 1] * 5 + pic->rgb[3 * at + 2]) / 8;
        return ramp[light * 9 / 255];
    }
    uint8_t class = pic->mask[at];
    return ax_mask_letter(class);
}

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

/* scale: pixels per half row, which is as wide as a column is. */
static void draw_picture(ax_pane p, const picture *pic, const ax_mask_window *w, double scale, bool color)
{
    double seen = ldexp(1, -w->zoom);
    int rows = (int)ceil(pic->m->h * seen / scale / 2), cols = (int)ceil(pic->m->w * seen / scale);
    uint32_t half = p.canvas->glyphs->code[AX_GLYPH_HALF];
    for (int r = 0; r < rows && r < p.at.rows; r++)
        for (int c = 0; c < cols && c < p.at.cols; c++) {
            double top = w->down * pic->m->h + 2 * r * scale, left = w->right * pic->m->w + c * scale;
            if (!color) {
                ax_pane_put(p, r, c, (uint32_t)box_letter(pic, top, left, scale), AX_ROLE_TEXT);
                continue;
            }
            uint8_t fg = box_color(pic, top, left, scale);
            double below = top + scale < pic->m->h ? top + scale : top;
            ax_pane_pixel(p, r, c, half, fg, box_color(pic, below, left, scale));
        }
}

void ax_mask_draw(ax_pane p, const ax_maskfile *m, int image, const ax_mask_window *w, bool color)
{
    if (image < 0 || image >= m->images)
        return;
    enum { PICTURES = 4 };
    picture all[PICTURES] = { { .m = m, .rgb = m->rgb[image] },
                              { .m = m, .mask = m->truth[image] },
                              { .m = m, .mask = m->predicted[image] },
                              { .m = m, .rgb = m->error[image] } };
    for (int i = 1; i < 3 && m->channels == 3; i++) /* they are colours, and not classes */
        all[i] = (picture) { .m = m, .rgb = all[i].mask };
    static const char *const name[PICTURES] = { "input", "truth", "predicted", "error" };
    int n = 0, at = 1;
    for (int i = 0; i < PICTURES; i++)
        n += all[i].rgb || all[i].mask;
    if (!n)
        return;
    int wide = (p.at.cols - 2 - 2 * (n - 1)) / n, high = p.at.rows - 1;
    if (wide < 4 || high < 2)
        return;
    double scale = fmax((double)m->w / wide, (double)m->h / (2 * high)) * ldexp(1, -w->zoom);
    bool blocks = color && !p.canvas->glyphs->ascii;
    for (int i = 0; i < PICTURES; i++) {
        if (!all[i].rgb && !all[i].mask)
            continue;
        ax_pane_print(ax_pane_part(p, 0, at, 1, wide), 0, 0, AX_ROLE_DIM, name[i]);
        draw_picture(ax_pane_part(p, 1, at, high, wide), &all[i], w, scale, blocks);
        at += wide + 2;
    }
}

double ax_mask_correct(const ax_maskfile *m, int image)
{
    if (image < 0 || image >= m->images || !m->truth[image] || !m->predicted[image] || m->channels == 3)
        return NAN;
    size_t n = (size_t)m->h * (size_t)m->w, labelled = 0, right = 0;
    for (size_t i = 0; i < n; i++)
        if (m->truth[image][i] != UNLABELLED) {
            labelled++;
            right += m->truth[image][i] == m->predicted[image][i];
        }
    return labelled ? (double)right / (double)labelled : NAN;
}

/* ---- as PNG ---- */

static ax_code write_png(int dirfd, const char *path, const uint8_t *mask, const ax_maskfile *m, ax_err *err)
{
    uint8_t palette[256][3] = { { 0 } };
    ax_str out;
    ax_str_init(&out, (size_t)1 << 30);
    memcpy(palette, m->color, sizeof *palette * (size_t)m->classes);
    const ax_png_picture p = { .kind = m->channels == 3 ? AX_PNG_RGB : AX_PNG_PALETTE,
                               .h = m->h,
                               .w = m->w,
                               .pixels = mask,
                               .palette = (const uint8_t(*)[3])palette };
    ax_code code = ax_png_encode(&p, &out, err);
    if (code == AX_OK)
        code = ax_output_write_below(dirfd, path, out.text, out.len, err);
    else
        ax_fail_prefix(err, path);
    ax_str_release(&out);
    return code;
}

ax_code ax_mask_export(int dirfd, uint32_t id, const ax_maskfile *m, void (*wrote)(void *context, const char *name),
                       void *context, ax_err *err)
{
    ax_code code = AX_OK;
    if (mkdirat(dirfd, "export", 0700) && errno != EEXIST)
        code = ax_fail(err, AX_EIO, "export: cannot create: %s", strerror(errno));
    for (int i = 0; i < m->images && code == AX_OK; i++) {
        char name[64];
        snprintf(name, sizeof name, "export/%u-%d.png", id, i + 1);
        if (!m->predicted[i])
            continue;
        code = write_png(dirfd, name, m->predicted[i], m, err);
        if (code == AX_OK)
            wrote(context, name);
    }
    return code;
}
