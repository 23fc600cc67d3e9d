/* What the selected candidate predicts. */
#include "tui/view/mask_view.h"

#include "tui/view/view.h"

#include "viz/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

ax_masks_shown *ax_ui_masks(const ax_ui *ui)
{
    return ui->slot[AX_VIEW_MASK];
}

/* ---- what is shown ---- */

static void show_image(ax_masks_shown *here, int image)
{
    here->image = image;
    if (here->file)
        (void)ax_mask_add_error(here->file, here->order[image], NULL); /* out of memory: errors aren't shown */
}

void ax_ui_show_masks(ax_ui *ui, ax_maskfile *file)
{
    ax_masks_shown *here = ax_ui_masks(ui);
    here->file = file;
    if (!file)
        return;
    ax_mask_order(file, here->order);
    show_image(here, here->image < file->images ? here->image : 0);
    memset(here->counted, 0, sizeof here->counted);
}

const ax_mask_count *ax_masks_count(ax_masks_shown *here, int image)
{
    if (!here->counted[image]) {
        memset(here->count[image], 0, sizeof here->count[image]);
        ax_mask_count_image(here->file, image, here->count[image]);
    }
    here->counted[image] = true;
    return here->count[image];
}

void ax_masks_count_all(ax_masks_shown *here, ax_mask_count all[static 256])
{
    memset(all, 0, 256 * sizeof *all);
    for (int i = 0; i < here->file->images; i++) {
        const ax_mask_count *one = ax_masks_count(here, i);
        for (int k = 0; k < 256; k++) {
            all[k].both += one[k].both;
            all[k].either += one[k].either;
            all[k].truth += one[k].truth;
        }
    }
}

const char *ax_masks_lacking(const ax_ui *ui)
{
#define LACKING(id, name, tab, one, several)                                                                           \
    { "the file of its " several " cannot be read", "no " several " were kept", several " come with the first reward" },
    static const char *const text[AX_TASKS + 1][3] = { AX_TASK_LIST(LACKING) LACKING(, , , , "pictures") };
    const ax_candidate *c = ax_ui_selected(ui);
    return text[ui->state->task][c && c->masks[0] ? 0 : c && ax_state_is_over(c->status) ? 1 : 2];
}

/* ---- drawing ---- */

enum { TITLE = 96 };

/* Appends a part if all of it fits into `width`. */
static void add_part(char out[static TITLE], int width, const char *part)
{
    size_t n = strlen(out);
    if (ax_text_width(out) + ax_text_width(part) <= width)
        snprintf(out + n, TITLE - n, "%s", part);
}

static void print_title(const ax_ui *ui, const ax_candidate *c, int width, char out[static TITLE])
{
    ax_masks_shown *here = ax_ui_masks(ui);
    const ax_maskfile *m = here->file;
    char figure[AX_FIGURE], part[64] = "";
    int image = here->order[here->image];
    double correct = ax_mask_share_right(ax_masks_count(here, image));
    snprintf(out, TITLE, "%s #%u", ax_task_predicts(ui->state->task)->one, c->id);
    snprintf(part, sizeof part, "  image %d/%d", here->image + 1, m->images);
    add_part(out, width, part);
    if (m->images > 1)
        add_part(out, width, ", worst first");
    if (isfinite(correct))
        snprintf(part, sizeof part, "  pixels right %s", ax_figure_share(correct, 3, figure));
    else if (m->judged && isfinite(m->figures[image].reward))
        snprintf(part, sizeof part, "  reward %s", ax_figure_share(m->figures[image].reward, 3, figure));
    else
        part[0] = '\0';
    add_part(out, width, part);
}

/* Draws pictures and panel. The panel is at the right or below, where it leaves larger pictures; where neither leaves
   enough room, one line replaces it. */
static ax_code draw_inner(ax_pane p, const ax_ui *ui, ax_err *err)
{
    enum { LEAST_ROWS = 14, LEAST_COLS = 70 };
    const ax_masks_shown *here = ax_ui_masks(ui);
    const ax_maskfile *m = here->file;
    double aspect = p.canvas->cell_aspect > 0 ? p.canvas->cell_aspect : 2;
    int image = here->order[here->image], rows = p.at.rows, cols = p.at.cols - 1;
    if (rows < LEAST_ROWS || cols < LEAST_COLS) {
        bool legend = rows >= 8;
        ax_mask_legend_draw(ax_pane_part(p, rows - 1, 0, legend, p.at.cols), ui);
        return ax_mask_draw(ax_pane_part(p, 0, 1, rows - legend, cols), m, image, &here->window, ui->color, err);
    }
    int right = cols - AX_MASK_PANEL_COLS - AX_MOSAIC_GAP;
    int below = rows - ax_mask_panel_rows(p, cols / AX_MASK_PANEL_COLS, ui) - 1;
    ax_mosaic beside = ax_mask_place(m, image, rows, right, aspect);
    ax_mosaic above = ax_mask_place(m, image, below, cols, aspect);
    if (above.size > beside.size) {
        int used = above.down * above.row_step + 1;
        ax_mask_panel_draw(ax_pane_part(p, used, 1, rows - used, cols), ui);
        return ax_mask_draw(ax_pane_part(p, 0, 1, below, cols), m, image, &here->window, ui->color, err);
    }
    int used = beside.across * beside.col_step; /* with the gap */
    ax_mask_panel_draw(ax_pane_part(p, 0, 1 + used, rows, AX_MASK_PANEL_COLS), ui);
    return ax_mask_draw(ax_pane_part(p, 0, 1, rows, right), m, image, &here->window, ui->color, err);
}

static ax_code draw(ax_pane p, const ax_ui *ui, ax_err *err)
{
    const ax_candidate *c = ax_ui_selected(ui);
    const ax_masks_shown *here = ax_ui_masks(ui);
    const ax_maskfile *m = here->file;
    ax_pane inner = ax_pane_inner(p);
    const char *one = ax_task_predicts(ui->state->task)->one;
    char title[TITLE], right[32] = "[ ] image";
    snprintf(title, sizeof title, "%s", one);
    if (!m || m->images < 1) {
        if (c && ui->view == AX_VIEW_MASK) /* beside others one of them says which candidate is meant */
            snprintf(title, sizeof title, "%s #%u", one, c->id);
        ax_pane_frame(p, false, title, NULL);
        ax_pane_print_cut(inner, inner.at.rows / 2, 2, inner.at.cols - 3, AX_ROLE_DIM, ax_masks_lacking(ui));
        return AX_OK;
    }
    if (c)
        print_title(ui, c, inner.at.cols - 4, title);
    if (here->window.zoom)
        snprintf(right, sizeof right, "%dx  0: whole", 1 << here->window.zoom);
    ax_pane_frame(p, false, title, right);
    return draw_inner(inner, ui, err);
}

/* ---- keys ---- */

static void turn_image(ax_ui *ui, int by)
{
    ax_masks_shown *here = ax_ui_masks(ui);
    int n = here->file ? here->file->images : 0;
    if (n < 2)
        ax_ui_say(ui, !n, "%s", n ? "one image is kept" : ax_masks_lacking(ui));
    if (n > 0)
        show_image(here, (here->image + by + n) % n);
}

/* Shows another part of the pictures, or says why it is the same. */
static void look(ax_ui *ui, ax_action a)
{
    ax_mask_window *w = &ax_ui_masks(ui)->window, before = *w;
    if (a == AX_DO_ZOOM_IN || a == AX_DO_ZOOM_OUT)
        ax_mask_zoom(w, a == AX_DO_ZOOM_IN ? 1 : -1);
    else if (a == AX_DO_PAN_BACK || a == AX_DO_PAN_ON)
        ax_mask_pan(w, 0, a == AX_DO_PAN_ON ? 1 : -1);
    else if (a == AX_DO_PAN_UP || a == AX_DO_PAN_DOWN)
        ax_mask_pan(w, a == AX_DO_PAN_DOWN ? 1 : -1, 0);
    else
        w->zoom = 0, w->down = w->right = 0;
    bool same = w->zoom == before.zoom && !(fabs(w->down - before.down) + fabs(w->right - before.right) > 1e-9);
    if (!ax_ui_masks(ui)->file)
        ax_ui_say(ui, true, "%s", ax_masks_lacking(ui));
    else if (same)
        ax_ui_say(ui, false, "%s",
                  !w->zoom             ? "these are the whole pictures; z enlarges them"
                  : a == AX_DO_ZOOM_IN ? "the pictures can't be enlarged further"
                                       : "that is the edge of the pictures");
}

/* Says why nothing is drawn over the image. */
static void say_over(ax_ui *ui)
{
    const ax_maskfile *m = ax_ui_masks(ui)->file;
    if (!m)
        ax_ui_say(ui, true, "%s", ax_masks_lacking(ui));
    else if (m->scale)
        ax_ui_say(ui, false, "a scale of colours isn't drawn over the image");
    else if (m->over)
        ax_ui_say(ui, false, "it is drawn over the image always");
    else if (!ui->color)
        ax_ui_say(ui, false, "letters aren't drawn over the image; colours are");
}

/* Does an action; in other views z Z < > act on the reward plot. */
static bool act(ax_ui *ui, ax_action a)
{
    ax_masks_shown *here = ax_ui_masks(ui);
    bool both = a == AX_DO_ZOOM_NONE && ui->view != AX_VIEW_MASK; /* the reward plot uses it, too */
    if (both && !here->window.zoom)
        return true;
    switch (a) {
    case AX_DO_ZOOM_IN:
    case AX_DO_ZOOM_OUT:
    case AX_DO_PAN_BACK:
    case AX_DO_PAN_ON:
    case AX_DO_PAN_UP:
    case AX_DO_PAN_DOWN:
    case AX_DO_ZOOM_NONE:
        look(ui, a);
        return true;
    case AX_DO_MASK_OVER:
        here->window.over = !here->window.over;
        say_over(ui);
        return true;
    case AX_DO_IMAGE_BACK:
    case AX_DO_IMAGE_ON:
        turn_image(ui, a == AX_DO_IMAGE_ON ? 1 : -1);
        return true;
    default:
        return false;
    }
}

/* Shows the worst image of a newly selected candidate. */
static void refresh(ax_ui *ui, bool replaced)
{
    (void)replaced;
    ax_masks_shown *here = ax_ui_masks(ui);
    uint32_t of = ax_ui_selection(ui)->selected;
    if (here->of != of)
        show_image(here, 0);
    here->of = of;
}

static const char *name(const ax_ui *ui)
{
    return ax_task_predicts(ui->state->task)->tab;
}

const ax_view ax_view_mask = { .title = "Mask",
                               .name = name,
                               .key = '5',
                               .detail = true,
                               .state = sizeof(ax_masks_shown),
                               .draw = draw,
                               .action = act,
                               .refresh = refresh };
