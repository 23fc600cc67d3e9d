/* A genotype's drawing as SVG: a row per value, its node on its lane, lines to the nodes that read it. */
#include "viz/dag.h"
#include "viz/svg.h"

#include <stdio.h>

enum { ROW = 30, LANE = 26, LEFT = 20, TOP = 20, RADIUS = 6, NAME = 130, PARAMS = 60 };

static double x_of(const ax_dag *d, int row)
{
    return LEFT + LANE * d->row[row].lane;
}

static double y_of(int row)
{
    return TOP + ROW * row;
}

/* Draws an edge down the lane of the value, and over to its reader in the last half row. */
static void draw_edge(const ax_dag *d, int from, int to, ax_str *out)
{
    double x1 = x_of(d, from), y1 = y_of(from), x2 = x_of(d, to), y2 = y_of(to), bend = y2 - ROW * 0.8;
    ax_str_printf(out, "<path d=\"M%.0f %.0fV%.0fC%.0f %.0f %.0f %.0f %.0f %.0f\"/>\n", x1, y1, bend > y1 ? bend : y1,
                  x1, y2 - ROW * 0.2, x2, y2 - ROW * 0.5, x2, y2);
}

static void draw_node(const ax_dag *d, int row, ax_str *out)
{
    static const ax_role role[AX_NODE_COUNT] = { [AX_NODE_INPUT] = AX_ROLE_STRONG,
                                                 [AX_NODE_OP] = AX_ROLE_LANE,
                                                 [AX_NODE_SUM] = AX_ROLE_POINT,
                                                 [AX_NODE_OUTPUT] = AX_ROLE_BEST };
    const ax_drawing_row *r = &d->drawing.row[row];
    const char *color = ax_svg_color(r->pale ? AX_ROLE_FRAME : role[r->node]);
    double x = x_of(d, row), y = y_of(row);
    ax_str_printf(out, "<circle cx=\"%.0f\" cy=\"%.0f\" r=\"%d\" fill=\"%s\" stroke=\"%s\" stroke-width=\"2\"/>\n", x,
                  y, RADIUS, r->pale ? "#ffffff" : color, color);
    if (r->node == AX_NODE_SUM)
        ax_str_printf(out, "<path d=\"M%.0f %.0fh8m-4 -4v8\" stroke=\"#ffffff\" stroke-width=\"1.6\"/>\n", x - 4, y);
}

static void draw_label(const ax_dag *d, int row, double at, ax_str *out)
{
    const ax_drawing_row *r = &d->drawing.row[row];
    char text[64];
    const char *color = r->pale ? "#777777" : "#111111";
    if (r->number >= 0)
        snprintf(text, sizeof text, "%d  %s", r->number, r->name);
    else
        snprintf(text, sizeof text, "%s", r->name);
    ax_svg_text(out, at, y_of(row) + 4, "start", color, text);
    if (r->params < 0)
        return;
    snprintf(text, sizeof text, r->params ? "%.1fk" : "-", (double)r->params / 1000);
    ax_svg_text(out, at + NAME + PARAMS, y_of(row) + 4, "end", "#777777", text);
}

void ax_dag_svg(const ax_dag *d, const char *title, ax_str *out)
{
    double at = LEFT + LANE * d->lanes + 6;
    bool params = false;
    for (int r = 0; r < d->drawing.rows; r++)
        params = params || d->drawing.row[r].params >= 0;
    ax_svg_begin(out, (int)at + NAME + (params ? PARAMS + 8 : 0), 2 * TOP + ROW * (d->drawing.rows - 1), title);
    ax_str_add(out, "<g fill=\"none\" stroke=\"#8aa9ad\" stroke-width=\"2\">\n");
    for (int r = 0; r < d->drawing.rows; r++)
        for (int i = 0; i < d->drawing.row[r].n_reads; i++)
            draw_edge(d, d->drawing.row[r].reads[i], r, out);
    ax_str_add(out, "</g>\n");
    for (int r = 0; r < d->drawing.rows; r++) {
        draw_node(d, r, out);
        draw_label(d, r, at, out);
    }
    ax_svg_end(out);
}
