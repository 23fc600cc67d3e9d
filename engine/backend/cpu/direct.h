/* Our own direct convolution, a pass of dense.c: stride 1, at most AX_DIRECT_TAPS taps. */
#ifndef AX_BACKEND_CPU_DIRECT_H
#define AX_BACKEND_CPU_DIRECT_H

#include "engine/backend/cpu/device.h"

/* The convolution that turns dy into dx is one over g turned round: fits and work are asked for the forward shape. */
bool ax_cpu_direct_fits(const ax_attr *attr);
/* Bytes of scratch for any pass of it. */
size_t ax_cpu_direct_work(const ax_device *dev, const ax_conv_shape *g);
/* Weights are OIHW; bias may be NULL; n images. */
void ax_cpu_direct_forward(ax_device *dev, const ax_conv_shape *g, int32_t n, const float *x, const float *w,
                           const float *bias, float *y, void *work);
void ax_cpu_direct_data(ax_device *dev, const ax_conv_shape *g, int32_t n, const float *dy, const float *w, float *dx,
                        void *work);
void ax_cpu_direct_weights(ax_device *dev, const ax_conv_shape *g, int32_t n, const float *x, const float *dy,
                           float *dw, void *work);
/* Weights of one block of `width` output channels from c0 on as {k,k,ci,width}, filled up with zeros; element (o, i, k)
   of w is at o * so + i * si + k, the taps turned round if asked. */
void ax_cpu_pack_block(const ax_conv_shape *g, const float *w, size_t so, size_t si, bool turn, int32_t c0,
                       int32_t width, float *to);

#endif
