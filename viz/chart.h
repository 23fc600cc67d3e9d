/* A plot as data: axes, and layers of points, lines, steps and bands; drawn into cells, or as SVG. */
#ifndef AX_VIZ_CHART_H
#define AX_VIZ_CHART_H

#include "viz/axis.h"
#include "viz/canvas.h"

#include <stddef.h>

/* POINTS: a dot each. LINE: joined by straight lines. STEPS: each value until the next one. BAND: between y and
   high. */
typedef enum ax_mark { AX_MARK_POINTS, AX_MARK_LINE, AX_MARK_STEPS, AX_MARK_BAND } ax_mark;

/* Values that aren't finite, or that a log axis can't show, are not drawn. */
typedef struct ax_layer {
    ax_mark mark;
    const double *x, *y, *high; /* n each; x ascends but for points, NULL: 0, 1, 2, ...; high: of a band */
    size_t n;
    ax_role role;
    ax_glyph glyph;   /* in cells, for points and steps; 0 (AX_GLYPH_HLINE): finer, in Braille */
    char letter;      /* drawn at the last value, for points at each value, and for the layer in ASCII; '\0' = none */
    const char *name; /* for the legend of an SVG; NULL = none */
} ax_layer;

enum { AX_CHART_LAYERS = 30 };
typedef struct ax_chart {
    ax_x_scale x; /* right <= left: the range of the data */
    bool log_y;
    bool shares;                     /* y is in 0 to 1, and so is its axis */
    bool letters;                    /* in cells, lines are drawn with their letters, for text without colour */
    const char *x_name, *y_name;     /* NULL = none; that of y is shown in SVG only */
    ax_layer layer[AX_CHART_LAYERS]; /* the last one on top */
    int n;
} ax_chart;

/* The scales of a chart that was drawn. */
typedef struct ax_chart_scale {
    ax_x_scale x;
    ax_axis y;
    bool any; /* there was something to draw */
} ax_chart_scale;

/* The scales for a plot of so many rows of cells (or of ticks). Steps beside points don't count for y. */
ax_chart_scale ax_chart_fit(const ax_chart *c, int rows);
/* Draws axes and layers; at least 4 rows and 16 columns are needed, else nothing. AX_ENOMEM. */
ax_code ax_chart_draw(ax_pane p, const ax_chart *c, ax_chart_scale *scale, ax_err *err);
/* Draws over a chart in a pane of the same size: one value, and lines through it to the axes. */
void ax_chart_cursor(ax_pane p, const ax_chart_scale *scale, double x, double y);
void ax_chart_crosshair(ax_pane p, const ax_chart_scale *scale, double x, double y);
/* Marks the x axis from x0 to x1, either of which may be the lesser. */
void ax_chart_range(ax_pane p, const ax_chart_scale *scale, double x0, double x1);
/* Where a value is in a pane of so many rows and columns; false: nothing is drawn, or it has no place there. */
bool ax_chart_place(const ax_chart_scale *scale, int rows, int cols, double x, double y, int *row, int *col);
/* The value of x at the middle of a column of a pane of `cols` columns; clamped to the axis. */
double ax_chart_x_at(const ax_chart_scale *scale, int cols, int col);

enum { AX_SVG_WIDTH = 900, AX_SVG_HEIGHT = 480 }; /* where nothing else is asked for */
/* Appends the chart as an SVG document of width x height pixels, under a title. */
void ax_chart_svg(const ax_chart *c, int width, int height, const char *title, ax_str *out);

#endif
