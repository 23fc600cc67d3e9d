/* Judging on the device that predicts, for tasks whose score is made of counts, of each image's sums or of each map's
   peak: the host waits for no prediction, and what comes back is a few numbers at the end. */
#ifndef AX_TRAIN_DEVICE_SCORE_H
#define AX_TRAIN_DEVICE_SCORE_H

#include "engine/op/backend.h"
#include "engine/task/task.h"

/* What is found there, and so what lies in the figures: uint64_t counts {outputs, outputs}, doubles {images,
   AX_DEPTH_SUMS}, or ax_map_peak {images, outputs}. */
typedef enum ax_device_finds { AX_FINDS_NOTHING, AX_FINDS_COUNTS, AX_FINDS_SUMS, AX_FINDS_PEAKS } ax_device_finds;

typedef struct ax_device_score {
    const ax_backend *be; /* borrowed; NULL: predictions are judged on the host */
    ax_device *dev;
    const ax_task_spec *task;
    ax_device_finds finds;
    void *figures; /* the device's, as truth */
    size_t figure_bytes, images, judged;
    char *truth;
    size_t truth_bytes;
    struct ax_device_judged *of; /* PEAKS, on the host: of each image what the peaks don't say */
} ax_device_score;

/* Starts, for so many images, if task and backend can; release it in any case. */
ax_code ax_device_score_init(ax_device_score *s, const ax_backend *be, ax_device *dev, const ax_task_spec *task,
                             size_t images, ax_err *err);
void ax_device_score_release(ax_device_score *s);
/* Enqueues the judging of the next n images of h x w, whose truths are on the host, where they stay until
   ax_device_score_take; prediction: on the device, in a row. Errors as of ax_task.score_add. */
ax_code ax_device_score_add(ax_device_score *s, const void *const *truth, size_t n, int32_t h, int32_t w,
                            const void *prediction, ax_err *err);
/* Waits, and adds what was found to a score of the task. */
ax_code ax_device_score_take(ax_device_score *s, void *score, ax_err *err);

#endif
