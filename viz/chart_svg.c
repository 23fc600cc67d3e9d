/* A chart as SVG. */
#include "viz/chart.h"
#include "viz/svg.h"

#include <math.h>
#include <stdio.h>

enum { LEFT = 56, RIGHT = 16, TOP = 34, BOTTOM = 46, TICK = 5 };

typedef struct page {
    const ax_chart *chart;
    ax_chart_scale scale;
    double width, height; /* of the plot without axes and legend */
    ax_str *out;
} page;

static double part(double v, double lo, double hi, bool log_scale)
{
    return log_scale ? log(v / lo) / log(hi / lo) : (v - lo) / (hi - lo);
}

static double px(const page *p, double x)
{
    return LEFT + p->width * part(x, p->scale.x.left, p->scale.x.right, p->scale.x.log);
}

static double py(const page *p, double y)
{
    return TOP + p->height * (1 - fmin(fmax(part(y, p->scale.y.lo, p->scale.y.hi, p->scale.y.log), 0), 1));
}

static bool shown(const page *p, double x, double y)
{
    return isfinite(x) && isfinite(y) && x >= p->scale.x.left && x <= p->scale.x.right && (!p->scale.y.log || y > 0);
}

static void line(ax_str *out, double x1, double y1, double x2, double y2, const char *color)
{
    ax_str_printf(out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n", x1, y1, x2, y2,
                  color);
}

static void draw_axes(const page *p)
{
    double tick[AX_TICKS], bottom = TOP + p->height;
    char text[AX_TICK_TEXT];
    int n = ax_ticks(p->scale.y.lo, p->scale.y.hi, p->scale.y.log, (int)(p->height / 40) + 1, tick);
    for (int i = 0; i < n; i++) {
        double y = py(p, tick[i]);
        line(p->out, LEFT, y, LEFT + p->width, y, "#e6e6e6");
        ax_svg_text(p->out, LEFT - TICK - 3, y + 4, "end", "#555555", ax_tick_text(tick[i], text));
    }
    n = ax_ticks(p->scale.x.left, p->scale.x.right, p->scale.x.log, (int)(p->width / 70) + 1, tick);
    for (int i = 0; i < n; i++) {
        double x = px(p, tick[i]);
        line(p->out, x, bottom, x, bottom + TICK, "#999999");
        ax_svg_text(p->out, x, bottom + TICK + 13, "middle", "#555555", ax_tick_text(tick[i], text));
    }
    line(p->out, LEFT, bottom, LEFT + p->width, bottom, "#999999");
    line(p->out, LEFT, TOP, LEFT, bottom, "#999999");
    if (p->chart->x_name)
        ax_svg_text(p->out, LEFT + p->width / 2, bottom + BOTTOM - 8, "middle", "#222222", p->chart->x_name);
    if (p->chart->y_name)
        ax_svg_text(p->out, 4, TOP - 8, "start", "#222222", p->chart->y_name);
}

static double x_of(const ax_layer *l, size_t i)
{
    return l->x ? l->x[i] : (double)i;
}

static void draw_points(const page *p, const ax_layer *l)
{
    ax_str_printf(p->out, "<g fill=\"%s\"%s>\n", ax_svg_color(l->role),
                  l->role == AX_ROLE_POINT ? " fill-opacity=\"0.6\"" : "");
    for (size_t i = 0; i < l->n; i++)
        if (shown(p, x_of(l, i), l->y[i]))
            ax_str_printf(p->out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%s\"/>\n", px(p, x_of(l, i)), py(p, l->y[i]),
                          l->role == AX_ROLE_POINT ? "1.8" : "3.5");
    ax_str_add(p->out, "</g>\n");
}

static void draw_line(const page *p, const ax_layer *l)
{
    bool begun = false;
    ax_str_add(p->out, "<path d=\"");
    for (size_t i = 0; i < l->n; i++) {
        double x = x_of(l, i);
        if (!shown(p, x, l->y[i]))
            continue;
        if (begun && l->mark == AX_MARK_STEPS)
            ax_str_printf(p->out, "H%.1f", px(p, x));
        ax_str_printf(p->out, "%c%.1f %.1f", begun ? 'L' : 'M', px(p, x), py(p, l->y[i]));
        begun = true;
    }
    ax_str_printf(p->out, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.8\"/>\n", ax_svg_color(l->role));
}

/* Draws a band as steps, like the lines over it. */
static void draw_band(const page *p, const ax_layer *l)
{
    bool begun = false;
    double before = NAN;
    ax_str_add(p->out, "<path d=\"");
    for (size_t i = 0; i < l->n; i++)
        if (shown(p, x_of(l, i), l->y[i]) && isfinite(l->high[i])) {
            if (begun)
                ax_str_printf(p->out, "H%.1f", px(p, x_of(l, i)));
            ax_str_printf(p->out, "%c%.1f %.1f", begun ? 'L' : 'M', px(p, x_of(l, i)), py(p, l->high[i]));
            begun = true;
        }
    for (size_t i = l->n; i-- > 0;)
        if (shown(p, x_of(l, i), l->y[i]) && isfinite(l->high[i])) {
            if (isfinite(before)) /* down to this value where the one after it begins */
                ax_str_printf(p->out, "L%.1f %.1f", before, py(p, l->y[i]));
            ax_str_printf(p->out, "L%.1f %.1f", px(p, x_of(l, i)), py(p, l->y[i]));
            before = px(p, x_of(l, i));
        }
    ax_str_printf(p->out, "%s\" fill=\"%s\" fill-opacity=\"0.18\"/>\n", begun ? "Z" : "", ax_svg_color(l->role));
}

/* Draws the legend, in two columns where it is long. */
static void draw_legend(const page *p)
{
    double x = LEFT + 12, y = TOP + p->height - 10;
    for (int i = p->chart->n; i-- > 0;) {
        const ax_layer *l = &p->chart->layer[i];
        char text[128];
        if (!l->name)
            continue;
        if (l->letter)
            snprintf(text, sizeof text, "%c  %s", l->letter, l->name);
        else
            snprintf(text, sizeof text, "%s", l->name);
        ax_str_printf(p->out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"10\" height=\"10\" fill=\"%s\"/>\n",
                      x + p->width / 2, y - 9, ax_svg_color(l->role));
        ax_svg_text(p->out, x + p->width / 2 + 16, y, "start", "#222222", text);
        y -= 16;
    }
}

void ax_chart_svg(const ax_chart *c, int width, int height, const char *title, ax_str *out)
{
    page p = { .chart = c, .width = width - LEFT - RIGHT, .height = height - TOP - BOTTOM, .out = out };
    p.scale = ax_chart_fit(c, (int)(p.height / 20) + 2);
    ax_svg_begin(out, width, height, title);
    ax_svg_text(out, LEFT + p.width / 2, 18, "middle", "#111111", title);
    draw_axes(&p);
    for (int i = 0; i < c->n && p.scale.any; i++) {
        const ax_layer *l = &c->layer[i];
        if (l->mark == AX_MARK_POINTS)
            draw_points(&p, l);
        else if (l->mark == AX_MARK_BAND)
            draw_band(&p, l);
        else
            draw_line(&p, l);
    }
    draw_legend(&p);
    ax_svg_end(out);
}
