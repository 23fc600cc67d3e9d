/* A series in one row of cells. */
#ifndef AX_VIZ_SPARK_H
#define AX_VIZ_SPARK_H

#include "viz/canvas.h"

/* Values from lo to hi as bars of eight heights (ASCII: eight characters of growing ink), one per column from the left
   edge; n values are spread over the pane's columns. NAN: a blank. */
void ax_spark_draw(ax_pane p, int row, const float *y, int n, double lo, double hi, ax_role role);
/* Widens *lo and *hi to the least and greatest of the values. False: there are no values. */
bool ax_spark_range(const float *y, int n, double *lo, double *hi);

#endif
