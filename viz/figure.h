/* Numbers as tables show them: short, of a fixed width, '-' for an unknown value. */
#ifndef AX_VIZ_FIGURE_H
#define AX_VIZ_FIGURE_H

#include "engine/candidate/metric.h"

#include <stdint.h>

enum { AX_FIGURE = 24 };
char *ax_figure_share(double v, int digits, char out[static AX_FIGURE]); /* .7213; 1.0000; NAN: - */
char *ax_figure_count(int64_t n, char out[static AX_FIGURE]);            /* 713, 36.9k, 2.87M, 8.1G; negative: - */
char *ax_figure_clock(double seconds, char out[static AX_FIGURE]);       /* 0:41, 3:41:17, 2d 03:41; NAN: - */
char *ax_figure_ms(double ms, char out[static AX_FIGURE]);               /* 0.84ms, 12.3ms, 1204ms; NAN: - */
/* A figure of a candidate in its form; NAN: - */
char *ax_figure_metric(ax_metric m, double v, char out[static AX_FIGURE]);
char *ax_figure_bytes(int64_t n, char out[static AX_FIGURE]); /* 212M, 1.9M, 640k */
char *ax_figure_time(double at, char out[static AX_FIGURE]);  /* local time of day, 14:02:31 */

#endif
