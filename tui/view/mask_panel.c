/* The panel of the masks view: figures of the image and of the candidate (for each class, where there are classes), the
   scale of depths, the colours of a skeleton. */
#include "tui/view/mask_view.h"

#include "tui/view/view.h"
#include "viz/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { IMAGE_END = AX_MASK_PANEL_COLS - 9, ALL_END = AX_MASK_PANEL_COLS - 2, SWATCH = 3 };

static bool colored(ax_pane p, const ax_ui *ui)
{
    return (ui->color && !p.canvas->glyphs->ascii) || p.canvas->graphics;
}

/* ---- swatches ---- */

/* Draws the sample of a colour in the legend: the colour, or its letter. */
static void draw_swatch(ax_pane p, int row, int col, const ax_ui *ui, int class)
{
    const ax_maskfile *m = ax_ui_masks(ui)->file;
    const uint8_t *rgb = m->color[class];
    if (colored(p, ui)) {
        uint8_t c = ax_color_256(rgb[0], rgb[1], rgb[2]);
        ax_pane_pixel(p, row, col, p.canvas->glyphs->code[AX_GLYPH_HALF], c, c);
    } else {
        char letter = m->channels == 3 ? ax_mask_shade(rgb) : ax_mask_letter((uint8_t) class);
        ax_pane_put(p, row, col, (uint32_t)letter, AX_ROLE_TEXT);
    }
}

static void draw_scale(ax_pane p, int row, int col, int cols, const ax_ui *ui)
{
    int last = ax_ui_masks(ui)->file->classes - 1;
    for (int i = 0; i < cols; i++)
        draw_swatch(p, row, col + i, ui, cols > 1 ? (i * last + (cols - 1) / 2) / (cols - 1) : 0);
}

void ax_mask_legend_draw(ax_pane p, const ax_ui *ui)
{
    const ax_maskfile *m = ax_ui_masks(ui)->file;
    if (m->scale && m->classes > 1) {
        const char *first = m->name[0], *last = m->name[m->classes - 1];
        int from = ax_text_width(first) + 2, to = p.at.cols - ax_text_width(last) - 2;
        ax_pane_print(p, 0, 1, AX_ROLE_DIM, first);
        to = to < from + m->classes ? to : from + m->classes;
        draw_scale(p, 0, from, to - from, ui);
        ax_pane_print(p, 0, to + 1, AX_ROLE_DIM, last);
        return;
    }
    for (int i = 0, at = 1; i < m->classes; i++) {
        int end = at + 2 + ax_text_width(m->name[i]);
        if (end >= p.at.cols)
            break;
        draw_swatch(p, 0, at, ui, i);
        ax_pane_print(p, 0, at + 2, AX_ROLE_DIM, m->name[i]);
        at = end + 2;
    }
}

/* ---- lines ---- */

/* The place of the next line, as lines fill the columns of a pane. */
typedef struct flow {
    ax_pane p;
    int columns;
    int n;             /* place of the next line: columns from left to right, each from top to bottom */
    int lines, before; /* lines of this section, and of the one before it */
} flow;

static ax_pane next_line(flow *f)
{
    int n = f->n++, rows = f->p.at.rows ? f->p.at.rows : 1;
    f->lines++;
    return ax_pane_part(f->p, n % rows, n / rows * AX_MASK_PANEL_COLS, 1, AX_MASK_PANEL_COLS);
}

/* Begins a section: in a new column, or below the last section. */
static void next_section(flow *f)
{
    int rows = f->p.at.rows;
    if (f->columns == 1)
        next_line(f);
    else if (rows)
        f->n = (f->n + rows - 1) / rows * rows;
    f->before = f->lines;
    f->lines = 0;
}

static void print_figures(ax_pane p, ax_role role, const char *image, const char *all)
{
    ax_pane_print_right(p, 0, IMAGE_END, role, image);
    ax_pane_print_right(p, 0, ALL_END, role, all);
}

static void head(flow *f, const char *name, const char *all)
{
    ax_pane p = next_line(f);
    ax_pane_print(p, 0, 0, AX_ROLE_TITLE, name);
    print_figures(p, AX_ROLE_TITLE, "image", all);
}

static void add_figures(flow *f, const ax_ui *ui, const ax_masks_shown *here)
{
    const ax_maskfile *m = here->file;
    const ax_candidate *c = ax_ui_selected(ui);
    int image = here->order[here->image];
    head(f, "", "all");
    for (int k = 0; k < AX_METRIC_COUNT; k++) {
        const ax_metric_info *info = ax_metric_of((ax_metric)k);
        double v = m->judged ? ax_outcome_figure(&m->figures[image], (ax_metric)k) : NAN;
        char a[AX_FIGURE], b[AX_FIGURE];
        if (!isfinite(v) || info->fact.line != AX_LINE_REWARD)
            continue;
        ax_pane p = next_line(f);
        ax_pane_printf(p, 0, 0, AX_ROLE_TEXT, "%s%s", info->word, strcmp(info->fact.after, " m") ? "" : ", m");
        print_figures(p, AX_ROLE_TEXT, ax_figure_metric((ax_metric)k, v, a),
                      ax_figure_metric((ax_metric)k, c ? ax_outcome_figure(&c->outcome, (ax_metric)k) : NAN, b));
    }
}

/* Adds the classes that occur in the truth or in predictions. */
static void add_classes(flow *f, const ax_ui *ui, ax_masks_shown *here)
{
    const ax_maskfile *m = here->file;
    const ax_mask_count *in_image = ax_masks_count(here, here->order[here->image]);
    ax_mask_count in_all[256];
    ax_masks_count_all(here, in_all);
    char all[16], a[AX_FIGURE], b[AX_FIGURE];
    snprintf(all, sizeof all, "all %d", m->images);
    double right = ax_mask_share_right(in_all);
    if (isfinite(right)) {
        ax_pane p = next_line(f);
        ax_pane_print(p, 0, 0, AX_ROLE_TEXT, "pixels right");
        print_figures(p, AX_ROLE_TEXT, ax_figure_share(ax_mask_share_right(in_image), 3, a),
                      ax_figure_share(right, 3, b));
    }
    next_section(f);
    head(f, "IoU", all);
    for (int i = 0; i < m->classes; i++) {
        if (isfinite(right) && !in_all[i].either)
            continue;
        ax_pane p = next_line(f);
        draw_swatch(p, 0, 0, ui, i);
        ax_pane_print_cut(p, 0, SWATCH, IMAGE_END - SWATCH - 6, AX_ROLE_TEXT, m->name[i]);
        print_figures(p, AX_ROLE_TEXT, ax_figure_share(ax_mask_iou(&in_image[i]), 3, a),
                      ax_figure_share(ax_mask_iou(&in_all[i]), 3, b));
    }
}

/* Adds the scale of colours, and below it the values of its ends and its middle. */
static void add_scale(flow *f, const ax_ui *ui, const ax_maskfile *m)
{
    const char *middle = m->name[m->classes / 2];
    next_section(f);
    draw_scale(next_line(f), 0, 0, ALL_END, ui);
    ax_pane p = next_line(f);
    ax_pane_print(p, 0, 0, AX_ROLE_DIM, m->name[0]);
    ax_pane_print(p, 0, (ALL_END - ax_text_width(middle)) / 2, AX_ROLE_DIM, middle);
    ax_pane_print_right(p, 0, ALL_END, AX_ROLE_DIM, m->name[m->classes - 1]);
}

static void add_parts(flow *f, const ax_ui *ui, const ax_maskfile *m)
{
    next_section(f);
    for (int i = 0; i < m->classes; i++) {
        ax_pane p = next_line(f);
        draw_swatch(p, 0, 0, ui, i);
        ax_pane_print(p, 0, SWATCH, AX_ROLE_TEXT, m->name[i]);
    }
}

static flow add_lines(ax_pane p, int columns, const ax_ui *ui)
{
    flow f = { .p = p, .columns = columns };
    ax_masks_shown *here = ax_ui_masks(ui);
    add_figures(&f, ui, here);
    if (here->file->channels != 3)
        add_classes(&f, ui, here);
    else if (here->file->scale && here->file->classes > 1)
        add_scale(&f, ui, here->file);
    else
        add_parts(&f, ui, here->file);
    return f;
}

int ax_mask_panel_rows(ax_pane p, int columns, const ax_ui *ui)
{
    flow f = add_lines(ax_pane_part(p, 0, 0, 0, 0), columns, ui);
    int more = columns > 1 ? (f.lines + columns - 2) / (columns - 1) : f.lines;
    return columns == 1 ? f.before + f.lines : f.before > more ? f.before : more;
}

void ax_mask_panel_draw(ax_pane p, const ax_ui *ui)
{
    int columns = p.at.cols / AX_MASK_PANEL_COLS, room = p.at.rows * columns;
    if (room < 1)
        return;
    flow f = add_lines(p, columns, ui);
    if (f.n <= room)
        return;
    ax_pane last = ax_pane_part(p, p.at.rows - 1, (columns - 1) * AX_MASK_PANEL_COLS, 1, AX_MASK_PANEL_COLS);
    ax_pane_clear(last);
    ax_pane_printf(last, 0, 0, AX_ROLE_DIM, "%d more: a larger window", f.n - room + 1);
}
