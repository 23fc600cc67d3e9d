/* What the processor can do: its peak performance, as reference for kernels, and its instructions. */
#ifndef AX_BACKEND_CPU_PEAK_H
#define AX_BACKEND_CPU_PEAK_H

#include "engine/op/backend.h"

/* Floating-point operations per second of multiply-adds on registers, with the device's instruction set and all its
   threads: the best of several short runs. dev is an open device of ax_backend_cpu. */
double ax_cpu_peak_flops(ax_device *dev);

/* The device's instruction set, "v4", "v3" or "base", and its threads. */
const char *ax_cpu_isa(const ax_device *dev);
int ax_cpu_threads(const ax_device *dev);
/* Whether the processor and this program can have maps in bfloat16 (AVX512-BF16). */
bool ax_cpu_multiplies_bf16(void);

#endif
