/* What this processor can do at most, to measure kernels against. */
#ifndef AX_BACKEND_CPU_PEAK_H
#define AX_BACKEND_CPU_PEAK_H

#include "engine/op/backend.h"

/* Floating-point operations per second of multiply-adds on registers, with the device's instruction set on all its
   threads: the best of some short runs. dev is an open device of ax_backend_cpu. */
double ax_cpu_peak_flops(ax_device *dev);

/* What it computes with: "v4", "v3" or "base", and its threads. */
const char *ax_cpu_isa(const ax_device *dev);
int ax_cpu_threads(const ax_device *dev);

#endif
