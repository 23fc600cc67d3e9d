/* The rewards of the candidates in order: points, their smoothed curve, and the best so far. */
#ifndef AX_VIZ_CURVE_H
#define AX_VIZ_CURVE_H

#include "viz/chart.h"

#include <stddef.h>

/* Values in the order they came; NAN = none (it takes its place on the axis and is not drawn). */
typedef struct ax_series {
    const double *y;
    size_t n;
} ax_series;

/* Right end of the x axis for n values: 16, 32, 64, ... so that a growing curve rarely moves what is drawn. */
size_t ax_curve_domain(size_t n);
/* Exponential moving average over all values: m = decay m + (1 - decay) y, divided by 1 - decay^t (Kingma and Ba 2015,
   section 3). Where y is NAN the average stays; NAN before the first value. out: n values. */
void ax_curve_ema(ax_series s, double decay, double *out);
/* The part of the x axis that is shown: `width` values from `from` on; width 0 = all of ax_curve_domain. */
typedef struct ax_curve_window {
    size_t from, width;
} ax_curve_window;
/* Zooms in by 2 (by > 0) or out, with n values: the newest value stays in sight if it is, else the middle stays. Out to
   the whole axis at most. */
void ax_curve_zoom(ax_curve_window *w, size_t n, int by);
/* Whether zooming in changes anything. */
bool ax_curve_can_zoom_in(ax_curve_window w, size_t n);
/* Shows from one value to another, at least 8 around the same middle. Does nothing when the n values end before
   them. */
void ax_curve_show_range(ax_curve_window *w, size_t n, size_t from, size_t to);
void ax_curve_pan(ax_curve_window *w, size_t n, int by); /* moves by halves of the part that is shown */
/* How the rewards are drawn. */
typedef struct ax_curve_how {
    ax_curve_window window;
    double decay; /* decay of the average; 0 = no average */
    bool log_y;
} ax_curve_how;
/* The chart of rewards: points, average, best so far; it reads s.y and what the curve holds. AX_ENOMEM: there is
   nothing to release. */
typedef struct ax_curve {
    double *average, *best; /* s.n */
    ax_chart chart;
} ax_curve;
ax_code ax_curve_make(ax_curve *c, ax_series s, const ax_curve_how *how, ax_err *err);
void ax_curve_release(ax_curve *c);
/* Draws the chart into cells, with a dot for every value; the average is over every value. AX_ENOMEM. */
ax_code ax_curve_draw(ax_pane p, ax_series s, const ax_curve_how *how, ax_chart_scale *scale, ax_err *err);

#endif
