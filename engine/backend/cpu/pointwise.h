/* 1x1 convolution with stride 1 and no bias: one matrix product, a pass of dense.c. */
#ifndef AX_BACKEND_CPU_POINTWISE_H
#define AX_BACKEND_CPU_POINTWISE_H

#include "engine/backend/cpu/device.h"

bool ax_cpu_pointwise_fits(const ax_device *dev, const ax_call *call);
/* Bytes of scratch. */
size_t ax_cpu_pointwise_work(const ax_device *dev, const ax_call *call);
/* Forward, or the gradients wanted of input and weights in one walk over the pixels. */
void ax_cpu_pointwise_run(ax_device *dev, const ax_call *call);

#endif
