/* Kernels of the emulation's own tests: right ones, and one for each mistake that the emulation must find. */
#ifndef AX_SAMPLE_H
#define AX_SAMPLE_H

#include <stddef.h>

typedef struct sample_args {
    const float *x;
    float *y;
    int n, unused; /* no padding: every byte copied to the device is initialised */
} sample_args;
typedef sample_args ax_k_scale_args, ax_k_sum_args, ax_k_norace_args, ax_k_race_args, ax_k_blockrace_args,
    ax_k_uneven_args, ax_k_twobarriers_args, ax_k_undeclared_args, ax_k_uninit_args, ax_k_vector_args, ax_k_grid_args,
    ax_k_beyond_args, ax_k_overflow_args;

/* name, whether it calls __syncthreads */
#define SAMPLE_LIST(X)                                                                                                 \
    X(scale, 0)                                                                                                        \
    X(sum, 1)                                                                                                          \
    X(norace, 1)                                                                                                       \
    X(race, 1)                                                                                                         \
    X(blockrace, 0)                                                                                                    \
    X(uneven, 1)                                                                                                       \
    X(twobarriers, 1)                                                                                                  \
    X(undeclared, 0)                                                                                                   \
    X(uninit, 1)                                                                                                       \
    X(vector, 0)                                                                                                       \
    X(grid, 0)                                                                                                         \
    X(beyond, 1)                                                                                                       \
    X(overflow, 0)

#endif
