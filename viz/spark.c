#include "viz/spark.h"

#include <math.h>

bool ax_spark_range(const float *y, int n, double *lo, double *hi)
{
    bool any = false;
    for (int i = 0; i < n; i++)
        if (isfinite(y[i])) {
            *lo = fmin(*lo, (double)y[i]);
            *hi = fmax(*hi, (double)y[i]);
            any = true;
        }
    return any;
}

void ax_spark_draw(ax_pane p, int row, const float *y, int n, double lo, double hi, ax_role role)
{
    enum { HEIGHTS = 8, LOWEST_BLOCK = 0x2581 };
    static const char ink[HEIGHTS + 1] = "_.-:=+*#";
    for (int col = 0; col < p.at.cols && n > 0; col++) {
        float v = y[(long)col * n / p.at.cols];
        if (!isfinite(v))
            continue;
        int h = hi > lo ? (int)((v - lo) / (hi - lo) * HEIGHTS) : HEIGHTS / 2;
        h = h < 0 ? 0 : h >= HEIGHTS ? HEIGHTS - 1 : h;
        ax_pane_put(p, row, col, p.canvas->glyphs->ascii ? (uint32_t)ink[h] : (uint32_t)(LOWEST_BLOCK + h), role);
    }
}
