/* The page's pictures: the best candidate's predictions on the validation images that the run keeps, where they are
   wrong, and figures for each class. */
#include "engine/base/base64.h"
#include "engine/base/png_encode.h"
#include "tui/report/page_internal.h"
#include "viz/figure.h"
#include "viz/mask.h"
#include "viz/svg.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 256 << 20 };

/* palette NULL: pixels are RGB. */
static ax_code add_picture(const uint8_t *pixels, const ax_maskfile *m, const uint8_t (*palette)[3], const char *what,
                           int i, ax_str *out, ax_err *err)
{
    ax_str png;
    ax_str_init(&png, MOST_BYTES);
    ax_code code = ax_png_encode(
        &(ax_png_picture) { palette ? AX_PNG_PALETTE : AX_PNG_RGB, m->h, m->w, pixels, palette, NULL, NULL }, &png,
        err);
    if (code == AX_OK) {
        ax_str_printf(out,
                      "<figure><img alt=\"%s of image %d\" width=\"%d\" height=\"%d\" src=\"data:image/png;base64,",
                      what, i + 1, m->w, m->h);
        ax_base64(out, png.text, png.len);
        ax_str_printf(out, "\"><figcaption>%s</figcaption></figure>\n", what);
    }
    ax_str_release(&png);
    return code;
}

static ax_code add_row(const ax_maskfile *m, int i, const uint8_t (*palette)[3], ax_str *out, ax_err *err)
{
    ax_code code = AX_OK;
    ax_str_add(out, "<div class=\"pictures\">\n");
    if (m->rgb[i])
        code = add_picture(m->rgb[i], m, NULL, "image", i, out, err);
    if (code == AX_OK && m->truth[i])
        code = add_picture(m->truth[i], m, palette, "truth", i, out, err);
    if (code == AX_OK && m->predicted[i])
        code = add_picture(m->predicted[i], m, palette, "prediction", i, out, err);
    if (code == AX_OK && m->error[i]) {
        char what[64] = "error";
        if (palette)
            snprintf(what, sizeof what, "errors in red: %.1f %% are right", 100 * ax_mask_correct(m, i));
        code = add_picture(m->error[i], m, NULL, what, i, out, err);
    }
    ax_str_add(out, "</div>\n");
    return code;
}

/* ---- class by class ---- */

static void add_classes(const ax_maskfile *m, ax_str *out)
{
    ax_mask_count c[256] = { { 0 } };
    uint64_t all = 0;
    bool any = false;
    for (int i = 0; i < m->images; i++)
        any |= ax_mask_count_image(m, i, c);
    if (!any)
        return;
    for (int32_t i = 0; i < m->classes; i++)
        all += c[i].truth;
    char where[48];
    snprintf(where, sizeof where, m->images == 1 ? "this image" : "these %d images", m->images);
    ax_str_printf(
        out,
        "<h3>Class by class, in %s</h3>\n<div class=\"wide\"><table>\n<thead><tr><th "
        "class=\"left\">class</th><th>share of the pixels</th><th>IoU</th><th class=\"left\"></th></tr></thead>"
        "\n<tbody>\n",
        where);
    for (int32_t i = 0; i < m->classes; i++) {
        double iou = ax_mask_iou(&c[i]);
        char figure[AX_FIGURE];
        if (!c[i].either)
            continue;
        ax_str_printf(out, "<tr><td class=\"left\"><span class=\"swatch\" style=\"background:#%02x%02x%02x\"></span>",
                      m->color[i][0], m->color[i][1], m->color[i][2]);
        ax_svg_escape(out, m->name[i]);
        ax_str_printf(out,
                      "</td><td>%.1f %%</td><td>%s</td><td class=\"left\"><span class=\"bar\" style=\"width:%.0fpx\">"
                      "</span></td></tr>\n",
                      100 * (double)c[i].truth / (double)(all ? all : 1), ax_figure_share(iou, 3, figure), 120 * iou);
    }
    ax_str_add(out, "</tbody></table></div>\n");
}

/* ---- the section ---- */

static ax_code read_masks(const ax_page_of *of, const ax_candidate *c, ax_maskfile *m, ax_err *err)
{
    ax_code code = ax_maskfile_read(of->dirfd, c->masks, m, err);
    return code == AX_OK ? ax_maskfile_read(of->dirfd, "masks/validation.mpk", m, err) : code;
}

/* Adds input, truth, prediction and errors; class ids without a colour are grey, pixels without a label black. */
static ax_code add_all(ax_maskfile *m, ax_str *out, ax_err *err)
{
    uint8_t palette[256][3];
    ax_code code = AX_OK;
    memset(palette, 128, sizeof palette);
    memset(palette[AX_MASK_UNLABELLED], 0, sizeof *palette);
    memcpy(palette, m->color, sizeof *palette * (size_t)m->classes);
    for (int i = 0; i < m->images && code == AX_OK; i++) {
        code = ax_mask_add_error(m, i, err);
        if (code == AX_OK)
            code = add_row(m, i, m->channels == 3 ? NULL : (const uint8_t(*)[3])palette, out, err);
    }
    if (code == AX_OK && m->channels != 3)
        add_classes(m, out);
    return code;
}

ax_code ax_page_pictures(const ax_page_of *of, ax_str *out, ax_err *err)
{
    const ax_candidate *c = ax_state_candidate(of->state, ax_state_best_of_all(of->state));
    if (c && !c->masks[0]) /* a full training that hasn't ended has none yet */
        c = ax_state_candidate(of->state, of->state->best);
    if (!c || !c->masks[0] || c->masks[0] == '/' || strstr(c->masks, ".."))
        return AX_OK;
    ax_maskfile m = { .h = 0 };
    ax_err why = { AX_OK, "" };
    ax_code code = AX_OK;
    ax_str_printf(out, "<section>\n<h2>Pictures of candidate %u</h2>\n", c->id);
    if (read_masks(of, c, &m, &why) == AX_OK) {
        code = add_all(&m, out, err);
    } else {
        ax_str_add(out, "<p>They can't be read: ");
        ax_svg_escape(out, why.msg);
        ax_str_add(out, "</p>\n");
    }
    ax_str_add(out, "</section>\n");
    ax_maskfile_release(&m);
    return code;
}
