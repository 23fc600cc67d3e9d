/* A repeated piece of work, recorded by the backend and then launched as one: on a fast device, launching many small
   kernels one by one takes a large part of a step. */
#ifndef AX_GRAPH_CAPTURE_H
#define AX_GRAPH_CAPTURE_H

#include "engine/op/backend.h"

typedef struct ax_capture {
    bool on;        /* wanted, and not given up */
    bool warm;      /* it ran once; the first calls of libraries can't be recorded */
    void *recorded; /* the backend's; NULL = not yet */
    char note[200]; /* why recording was given up, "" */
} ax_capture;

typedef ax_code ax_capture_work(void *context, ax_err *err);

/* Runs the work: directly the first time, later by its recording. When recording or launching fails, it is given up for
   good with a note why, and the work runs directly; that result is returned. Backends that can't record always run it
   directly. */
ax_code ax_capture_run(ax_capture *c, const ax_backend *be, ax_device *dev, ax_capture_work *work, void *context,
                       ax_err *err);
/* Drops the recording because the work has changed (other memory); the next run records it again. */
void ax_capture_drop(ax_capture *c, const ax_backend *be, ax_device *dev);

#endif
