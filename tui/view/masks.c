/* What the selected candidate predicts. */
#include "tui/view/mask_view.h"

#include "tui/view/view.h"

#include "viz/figure.h"

#include <math.h>
#include <stdio.h>

ax_masks_shown *ax_ui_masks(const ax_ui *ui)
{
    return ui->slot[AX_VIEW_MASK];
}

static void draw_classes(ax_pane p, const ax_ui *ui)
{
    const ax_maskfile *m = ax_ui_masks(ui)->file;
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
    const ax_masks_shown *here = ax_ui_masks(ui);
    const ax_maskfile *m = here->file;
    ax_pane inner = ax_pane_inner(p);
    char title[64] = "mask", share[AX_FIGURE];
    if (!m || m->images < 1) {
        ax_pane_frame(p, false, "mask", NULL);
        const char *text = c && c->masks[0] ? "the masks file cannot be read" : "masks come with the first reward";
        ax_pane_print_cut(inner, inner.at.rows / 2, 2, inner.at.cols - 3, AX_ROLE_DIM, text);
        return AX_OK;
    }
    double correct = ax_mask_correct(m, here->image);
    if (c && isfinite(correct))
        snprintf(title, sizeof title, "mask #%u  image %d/%d  pixels right %s", c->id, here->image + 1, m->images,
                 ax_figure_share(correct, 3, share));
    else if (c)
        snprintf(title, sizeof title, "mask #%u  image %d/%d", c->id, here->image + 1, m->images);
    char right[32] = "[ ] image";
    if (here->window.zoom)
        snprintf(right, sizeof right, "%dx  0: whole", 1 << here->window.zoom);
    ax_pane_frame(p, false, title, right);
    bool classes = inner.at.rows >= 8;
    ax_mask_draw(ax_pane_part(inner, 0, 0, inner.at.rows - classes, inner.at.cols), m, here->image, &here->window,
                 ui->color);
    if (classes)
        draw_classes(ax_pane_part(inner, inner.at.rows - 1, 0, 1, inner.at.cols), ui);
    return AX_OK;
}

static void turn_image(ax_ui *ui, int by)
{
    ax_masks_shown *here = ax_ui_masks(ui);
    int n = here->file ? here->file->images : 0;
    if (n > 0)
        here->image = (here->image + by + n) % n;
}

/* In other views z Z < > act on the reward plot. */
static bool act(ax_ui *ui, ax_action a)
{
    ax_masks_shown *here = ax_ui_masks(ui);
    switch (a) {
    case AX_DO_ZOOM_IN:
    case AX_DO_ZOOM_OUT:
        ax_mask_zoom(&here->window, a == AX_DO_ZOOM_IN ? 1 : -1);
        return true;
    case AX_DO_PAN_BACK:
    case AX_DO_PAN_ON:
        ax_mask_pan(&here->window, 0, a == AX_DO_PAN_ON ? 1 : -1);
        return true;
    case AX_DO_PAN_UP:
    case AX_DO_PAN_DOWN:
        ax_mask_pan(&here->window, a == AX_DO_PAN_DOWN ? 1 : -1, 0);
        return true;
    case AX_DO_ZOOM_NONE:
        here->window = (ax_mask_window) { .zoom = 0 };
        return false; /* so does the reward plot */
    case AX_DO_IMAGE_BACK:
    case AX_DO_IMAGE_ON:
        turn_image(ui, a == AX_DO_IMAGE_ON ? 1 : -1);
        return true;
    default:
        return false;
    }
}

/* Another candidate: its first image. */
static void refresh(ax_ui *ui, bool replaced)
{
    (void)replaced;
    ax_masks_shown *here = ax_ui_masks(ui);
    uint32_t of = ax_ui_selection(ui)->selected;
    if (here->of != of)
        here->image = 0;
    here->of = of;
}

const ax_view ax_view_mask = { .title = "Mask",
                               .key = '5',
                               .detail = true,
                               .state = sizeof(ax_masks_shown),
                               .draw = draw,
                               .action = act,
                               .refresh = refresh };
