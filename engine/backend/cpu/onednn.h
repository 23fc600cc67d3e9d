/* What oneDNN alone takes for an operation: something to compare the backend with. */
#ifndef AX_BACKEND_CPU_ONEDNN_H
#define AX_BACKEND_CPU_ONEDNN_H

#include "engine/op/backend.h"

typedef struct ax_onednn ax_onednn;

/* oneDNN's primitives for the work of a call (only its types are read, and by mem NULL / not NULL what is wanted), with
   memory of their own: NHWC maps, weights in the order that the primitive likes best, ReLU fused into batch norm. Of CE
   it has the log-softmax only. *out = NULL: it has no such operation. dev is an open device of ax_backend_cpu. */
ax_code ax_onednn_new(ax_device *dev, const ax_call *call, ax_onednn **out, ax_err *err);
ax_code ax_onednn_run(ax_onednn *o, ax_err *err);
void ax_onednn_free(ax_onednn *o);

#endif
