/* Shared by FUSED and CHAIN. */
#ifndef AX_BACKEND_CPU_FUSED_H
#define AX_BACKEND_CPU_FUSED_H

#include "engine/backend/cpu/conv.h"

/* A kernel's prepare; rows: it must be able to compute some rows at a time. */
ax_code ax_cpu_fused_prepare_rows(ax_device *dev, ax_call *call, bool rows, size_t *work, ax_err *err);
/* Folds and packs the weights, once. */
ax_code ax_cpu_fused_pack(ax_device *dev, const ax_call *call, ax_err *err);
/* Computes rows m->r0 .. m->r1 of an image's outputs for a packed call; sets m's epilogue, weights and scratch. */
void ax_cpu_fused_rows(const ax_device *dev, const ax_call *call, size_t image, ax_conv_rows *m);

#endif
