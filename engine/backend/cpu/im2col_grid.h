/* Grids of a map's pixels that see the map of which they are computed through the same taps. */
#ifndef AX_BACKEND_CPU_IM2COL_GRID_H
#define AX_BACKEND_CPU_IM2COL_GRID_H

#include "engine/backend/cpu/kernels.h"

enum { AX_GRID_TAPS = 255 }; /* most along an axis */

/* The taps along one axis: pixel i sees i * step + offset. */
typedef struct ax_grid_axis {
    int32_t n, tap[AX_GRID_TAPS], offset[AX_GRID_TAPS];
} ax_grid_axis;

/* Pixels y0 + i * step, x0 + k * step. It must not move: the patches point into it. */
typedef struct ax_grid {
    ax_grid_axis y, x;
    int32_t rows, columns, y0, x0, step;
    ax_patches patches;
} ax_grid;

/* All outputs of a convolution, which see its inputs. The patches' length is a multiple of `unit`. */
void ax_cpu_output_grid(const ax_conv_shape *g, size_t unit, ax_grid *to);
/* Its inputs from (y0, x0) on, a stride apart, which see its outputs. False: there are none. */
bool ax_cpu_input_grid(const ax_conv_shape *g, size_t unit, int32_t y0, int32_t x0, ax_grid *to);

#endif
