#include "engine/op/backend.h"

#include <math.h>

ax_code ax_update_clip(ax_device *dev AX_UNUSED, const double *sums, size_t n, float most, ax_update_now *now,
                       ax_err *err AX_UNUSED)
{
    double total = 0;
    for (size_t i = 0; i < n; i++)
        total += sums[i];
    now->norm = sqrt(total);
    now->finite = isfinite(now->norm) != 0;
    double scale = most > 0 ? (double)most / (now->norm + 1e-6) : 1;
    now->grad_scale = scale < 1 ? (float)scale : 1.0f;
    return AX_OK;
}
