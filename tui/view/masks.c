/* What the selected candidate predicts. */
#include "tui/view/view.h"

#include "viz/figure.h"
#include "viz/mask.h"

#include <math.h>
#include <stdio.h>

static void draw_classes(ax_pane p, const ax_ui *ui)
{
    const ax_maskfile *m = ui->masks;
    bool color = ui->color && !p.canvas->glyphs->ascii;
    int at = 1;
    for (int32_t i = 0; i < m->classes; i++) {
        char text[AX_MASK_NAME + 8];
        snprintf(text, sizeof text, color ? "%s%s" : "%s=%s", color ? "" : (char[]) { (char)('a' + i % 26), 0 },
                 m->name[i]);
        int end = at + ax_text_width(text) + (color ? 2 : 0);
        if (end >= p.at.cols)
            break;
        if (color) {
            uint8_t c = ax_color_256(m->color[i][0], m->color[i][1], m->color[i][2]);
            ax_pane_pixel(p, 0, at, p.canvas->glyphs->code[AX_GLYPH_HALF], c, c);
        }
        ax_pane_print(p, 0, color ? at + 2 : at, AX_ROLE_DIM, text);
        at = end + 2;
    }
}

static ax_code draw(ax_pane p, const ax_ui *ui, ax_err *err)
{
    (void)err;
    const ax_candidate *c = ax_ui_selected(ui);
    const ax_maskfile *m = ui->masks;
    ax_pane inner = ax_pane_inner(p);
    char title[64] = "mask", share[AX_FIGURE];
    if (!m || m->images < 1) {
        ax_pane_frame(p, false, "mask", NULL);
        const char *text = c && c->masks[0] ? "the masks file cannot be read" : "masks come with the first reward";
        ax_pane_print_cut(inner, inner.at.rows / 2, 2, inner.at.cols - 3, AX_ROLE_DIM, text);
        return AX_OK;
    }
    double correct = ax_mask_correct(m, ui->image);
    if (c && isfinite(correct))
        snprintf(title, sizeof title, "mask #%u  image %d/%d  pixels right %s", c->id, ui->image + 1, m->images,
                 ax_figure_share(correct, 3, share));
    else if (c)
        snprintf(title, sizeof title, "mask #%u  image %d/%d", c->id, ui->image + 1, m->images);
    char right[32] = "[ ] image";
    if (ui->mask_window.zoom)
        snprintf(right, sizeof right, "%dx  0: whole", 1 << ui->mask_window.zoom);
    ax_pane_frame(p, false, title, right);
    bool classes = inner.at.rows >= 8;
    ax_mask_draw(ax_pane_part(inner, 0, 0, inner.at.rows - classes, inner.at.cols), m, ui->image, &ui->mask_window,
                 ui->color);
    if (classes)
        draw_classes(ax_pane_part(inner, inner.at.rows - 1, 0, 1, inner.at.cols), ui);
    return AX_OK;
}

static void turn_image(ax_ui *ui, int by)
{
    int n = ui->masks ? ui->masks->images : 0;
    if (n > 0)
        ui->image = (ui->image + by + n) % n;
}

/* In other views z Z < > are the reward plot's. */
static bool act(ax_ui *ui, ax_action a)
{
    switch (a) {
    case AX_DO_ZOOM_IN:
    case AX_DO_ZOOM_OUT:
        ax_mask_zoom(&ui->mask_window, a == AX_DO_ZOOM_IN ? 1 : -1);
        return true;
    case AX_DO_PAN_BACK:
    case AX_DO_PAN_ON:
        ax_mask_pan(&ui->mask_window, 0, a == AX_DO_PAN_ON ? 1 : -1);
        return true;
    case AX_DO_PAN_UP:
    case AX_DO_PAN_DOWN:
        ax_mask_pan(&ui->mask_window, a == AX_DO_PAN_DOWN ? 1 : -1, 0);
        return true;
    case AX_DO_ZOOM_NONE:
        ui->mask_window = (ax_mask_window) { .zoom = 0 };
        return false; /* so does the reward plot */
    case AX_DO_IMAGE_BACK:
    case AX_DO_IMAGE_ON:
        turn_image(ui, a == AX_DO_IMAGE_ON ? 1 : -1);
        return true;
    default:
        return false;
    }
}

const ax_view ax_view_mask = { .title = "Mask", .key = '5', .draw = draw, .action = act };
