#include "viz/mosaic.h"

#include <math.h>
#include <stdbool.h>

static int most(int a, int b)
{
    return a > b ? a : b;
}

static int near(double v, int limit)
{
    int n = (int)lround(v);
    return n < 1 ? 1 : n > limit ? limit : n;
}

static ax_mosaic with_columns(int rows, int cols, int n, int across, double h, double w, double aspect, int least)
{
    ax_mosaic m = { .across = across, .down = (n + across - 1) / across };
    int wide = (cols - AX_MOSAIC_GAP * (across - 1)) / across, high = rows / m.down - 1;
    if (wide < most(AX_MOSAIC_LEAST_COLS, least) || high < AX_MOSAIC_LEAST_ROWS)
        return m;
    m.size = fmin(wide, high * aspect * w / h);
    m.cols = near(m.size, wide);
    m.rows = near(m.size * h / w / aspect, high);
    m.row_step = m.rows + 1;
    m.col_step = most(m.cols, least) + AX_MOSAIC_GAP;
    return m;
}

ax_mosaic ax_mosaic_of(int rows, int cols, int n, double h, double w, double aspect, int least)
{
    ax_mosaic best = { 0 };
    for (int across = n; across >= 1; across--) {
        ax_mosaic m = with_columns(rows, cols, n, across, h, w, aspect, least);
        bool larger = m.size > best.size * 1.001, as_large = m.size > best.size * 0.999;
        if (larger || (as_large && m.down == best.down)) /* two rows of two, not of three and one */
            best = m;
    }
    return best;
}
