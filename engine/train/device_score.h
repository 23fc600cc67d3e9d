/* Judging on the device that predicts, for tasks whose score consists of counts, per-image sums or per-map peaks. The
   host doesn't wait for predictions; only a few numbers come back at the end. */
#ifndef AX_TRAIN_DEVICE_SCORE_H
#define AX_TRAIN_DEVICE_SCORE_H

#include "engine/op/backend.h"
#include "engine/task/task.h"

/* The kind of figures: uint64_t counts {outputs, outputs}, doubles {images, AX_DEPTH_SUMS}, or ax_map_peak {images,
   outputs}. */
typedef enum ax_device_finds { AX_FINDS_NOTHING, AX_FINDS_COUNTS, AX_FINDS_SUMS, AX_FINDS_PEAKS } ax_device_finds;

typedef struct ax_device_score {
    const ax_backend *be; /* borrowed; NULL: the host judges predictions */
    ax_device *dev;
    const ax_task_spec *task;
    ax_device_finds finds;
    void *figures; /* on the device, as is truth */
    size_t figure_bytes, images, judged;
    char *truth;
    size_t truth_bytes;
    struct ax_device_judged *of; /* PEAKS, on the host: the other data of each image */
} ax_device_score;

/* Starts judging this many images, if task and backend support it. Release it in any case. */
ax_code ax_device_score_init(ax_device_score *s, const ax_backend *be, ax_device *dev, const ax_task_spec *task,
                             size_t images, ax_err *err);
void ax_device_score_release(ax_device_score *s);
/* Whether it compares with truths on the device, which may be there already. */
bool ax_device_score_reads_truths(const ax_backend *be, const ax_task *task);
/* Enqueues the judging of the next n images of h x w. Their truths are on the host and must stay there until
   ax_device_score_take. resident: the same on the device, contiguous; NULL: they are sent. prediction: on the device,
   contiguous. Errors as in ax_task.score_add. */
ax_code ax_device_score_add(ax_device_score *s, const void *const *truth, const void *resident, size_t n, int32_t h,
                            int32_t w, const void *prediction, ax_err *err);
/* Waits, and adds the findings to a score of the task. */
ax_code ax_device_score_take(ax_device_score *s, void *score, ax_err *err);

#endif
