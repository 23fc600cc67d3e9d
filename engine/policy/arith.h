/* Arithmetic of the controller's LSTM: small matrix products and activations over whole rows. The order of every sum is
   fixed at compile time, and multiply-adds aren't fused, so a program gives the same bits on every processor that runs
   it. */
#ifndef AX_POLICY_ARITH_H
#define AX_POLICY_ARITH_H

#include <stdbool.h>
#include <stddef.h>

enum {
    AX_UNITS = 100,
    AX_GATES = 4 * AX_UNITS /* input, forget, cell, output */
};

/* y {n, GATES} += x {n, UNITS} w {UNITS, GATES} */
void ax_kernel_product(float *y, const float *w, const float *x, size_t n);
/* sets every row of y {n, GATES} to a + b */
void ax_kernel_spread(float *y, const float *a, const float *b, size_t n);
/* dx {n, UNITS} = dy {n, GATES} w' */
void ax_kernel_product_back(float *dx, const float *w, const float *dy, size_t n);
/* dw {UNITS, GATES} = x' {UNITS, n} dy {n, GATES}; accumulates if `add` */
void ax_kernel_outer(float *dw, const float *x, const float *dy, size_t n, bool add);
/* db {GATES} = sum over the n rows of dy; accumulates if `add` */
void ax_kernel_column_sum(float *db, const float *dy, size_t n, bool add);

/* One step of a layer: replaces gate {GATES} by its activations (tanh for the cell gate, sigmoid for the others); c = f
 * c_before + i * g, h = o * tanh(c), all {UNITS}. */
void ax_kernel_cell(float *gate, const float *c_before, float *c, float *tanh_c, float *h);
/* The backward pass of cell: dgate of the gates before activation, from dh and dc; dc becomes the gradient of
   c_before. */
void ax_kernel_cell_back(const float *gate, const float *c_before, const float *tanh_c, const float *dh, float *dc,
                         float *dgate);

/* <a, b> over UNITS, in double */
double ax_kernel_dot(const float *a, const float *b);
/* y {UNITS} += s * x */
void ax_kernel_axpy(float *y, float s, const float *x);

/* The functions below work on n floats, n a multiple of 16. */
double ax_kernel_sum_squares(const float *x, size_t n);
/* Adam (Kingma and Ba, 2015), betas .9 .999, eps 1e-8. Gradients are first scaled by g_scale (g NULL = all zero);
   correct1 = 1 / (1 - .9^t), correct2 = 1 / sqrt(1 - .999^t). */
void ax_kernel_adam(float *value, float *m, float *v, const float *grad, size_t n, float g_scale, float step,
                    float correct1, float correct2);

#endif
