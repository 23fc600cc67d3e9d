#include "engine/backend/cpu/im2col_grid.h"

#include "engine/backend/cpu/device.h"

static void add_tap(ax_grid_axis *a, int32_t tap, int32_t offset)
{
    a->tap[a->n] = tap;
    a->offset[a->n++] = offset;
}

static void output_axis(const ax_conv_shape *g, ax_grid_axis *a)
{
    a->n = 0;
    for (int32_t k = 0; k < g->kernel; k++)
        add_tap(a, k, k * g->dilation - g->pad);
}

/* For inputs `phase`, phase + stride, ...: output o sees input i through tap k when o * stride - pad + k * dilation =
   i. */
static void input_axis(const ax_conv_shape *g, int32_t phase, ax_grid_axis *a)
{
    a->n = 0;
    for (int32_t k = g->kernel - 1; k >= 0; k--) {
        int32_t at = phase + g->pad - k * g->dilation;
        if (at % g->stride == 0)
            add_tap(a, k, at / g->stride);
    }
}

/* The patches of a map {h,w,c}. */
static void find_patches(ax_grid *to, size_t unit, int32_t h, int32_t w, int32_t c, int32_t step)
{
    bool runs = to->x.n > 0;
    for (int32_t k = 1; k < to->x.n; k++)
        runs &= to->x.offset[k] == to->x.offset[0] + k;
    to->patches = (ax_patches) { .h = h,
                                 .w = w,
                                 .c = c,
                                 .columns = to->columns,
                                 .step = step,
                                 .n_down = to->y.n,
                                 .n_right = to->x.n,
                                 .down = to->y.offset,
                                 .right = to->x.offset,
                                 .runs = runs,
                                 .length = ax_cpu_round_up((size_t)to->y.n * (size_t)to->x.n * (size_t)c, unit) };
}

void ax_cpu_output_grid(const ax_conv_shape *g, size_t unit, ax_grid *to)
{
    output_axis(g, &to->y);
    output_axis(g, &to->x);
    to->rows = g->oh, to->columns = g->ow;
    to->y0 = to->x0 = 0, to->step = 1;
    find_patches(to, unit, g->h, g->w, g->ci, g->stride);
}

bool ax_cpu_input_grid(const ax_conv_shape *g, size_t unit, int32_t y0, int32_t x0, ax_grid *to)
{
    if (y0 >= g->h || x0 >= g->w)
        return false;
    input_axis(g, y0, &to->y);
    input_axis(g, x0, &to->x);
    to->rows = (g->h - y0 + g->stride - 1) / g->stride;
    to->columns = (g->w - x0 + g->stride - 1) / g->stride;
    to->y0 = y0, to->x0 = x0, to->step = g->stride;
    find_patches(to, unit, g->oh, g->ow, g->co, 1);
    return true;
}
