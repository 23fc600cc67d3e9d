/* The mean of the logits of several views of an image (mirrored, or of other sizes), and the task's prediction from
   it. */
#ifndef AX_MODEL_LOGIT_MEAN_H
#define AX_MODEL_LOGIT_MEAN_H

#include "engine/graph/session.h"
#include "engine/task/task.h"

typedef struct ax_logit_mean {
    ax_session judge; /* computes predictions from the means; starts as { be, dev } */
    int32_t n, h, w;  /* number and size of the images that it is compiled for */
    float *mean;      /* {n,h/4,w/4,outputs} */
    void *prediction; /* in the task's format, for n images */
    size_t bytes;     /* size of prediction */
} ax_logit_mean;

/* Compiles for n images of h x w; reuses what fits. AX_ENOMEM. */
ax_code ax_logit_mean_compile(ax_logit_mean *m, const ax_task_spec *task, int32_t n, int32_t h, int32_t w, ax_err *err);
/* Total memory that this takes, buffers included. */
ax_code ax_logit_mean_bytes(const ax_task_spec *task, const ax_backend *be, ax_device *dev, int32_t n, int32_t h,
                            int32_t w, size_t *bytes, ax_err *err);
/* Frees everything but the device; it can be compiled again. */
void ax_logit_mean_drop(ax_logit_mean *m);
/* Sets all means to 0. */
void ax_logit_mean_clear(ax_logit_mean *m, const ax_task_spec *task);
/* Adds k times the logits {h,w,outputs} of a view of image i. flip: the view is mirrored; its logits are modified. */
void ax_logit_mean_add(ax_logit_mean *m, const ax_task_spec *task, int32_t i, float *logits, int32_t h, int32_t w,
                       bool flip, float k);
/* Computes m->prediction. */
ax_code ax_logit_mean_predict(ax_logit_mean *m, ax_err *err);

/* The same on a device that can add views (ax_backend.add_view), for views of the means' size: logits
   {n,h/4,w/4,outputs} of all images are on the device, and the first view sets the means. Nothing waits. Only with
   `look` is m->prediction filled in; it is also on the device: ax_logit_mean_on_device. */
ax_code ax_logit_mean_add_on_device(ax_logit_mean *m, const ax_task_spec *task, const float *logits, bool first,
                                    bool flip, float k, ax_err *err);
ax_code ax_logit_mean_predict_on_device(ax_logit_mean *m, bool look, ax_err *err);
const void *ax_logit_mean_on_device(const ax_logit_mean *m);

/* Adds k times the map {h,w,c}, resized to {oh,ow,c} with half-pixel centres, and mirrored when flip. */
void ax_map_add_resized(const float *map, int32_t h, int32_t w, int32_t c, float *to, int32_t oh, int32_t ow, bool flip,
                        float k);

#endif
