/* A piece of work that is the same every time, recorded by the backend and then launched as one: what many small
   kernels cost to launch one by one is a large part of a step on a fast device. */
#ifndef AX_GRAPH_CAPTURE_H
#define AX_GRAPH_CAPTURE_H

#include "engine/op/backend.h"

typedef struct ax_capture {
    bool on;        /* wanted, and nothing has spoken against it yet */
    bool warm;      /* ran once: what libraries do at their first use can't be recorded */
    void *recorded; /* the backend's; NULL = not yet */
    char note[200]; /* why it was given up, "" */
} ax_capture;

typedef ax_code ax_capture_work(void *context, ax_err *err);

/* Runs the work: directly the first time, from then on by its recording. When recording or launching it fails, gives
   that up for good, notes why, and runs the work directly, whose result is returned. Backends that can't record run it
   directly. */
ax_code ax_capture_run(ax_capture *c, const ax_backend *be, ax_device *dev, ax_capture_work *work, void *context,
                       ax_err *err);
/* Forgets the recording, since the work has changed (other memory); the next run makes a new one. */
void ax_capture_drop(ax_capture *c, const ax_backend *be, ax_device *dev);

#endif
