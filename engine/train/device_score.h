/* Judging on the device that predicts, for tasks whose score is made of counts: nobody waits for a prediction, and what
   comes back is a matrix at the end. */
#ifndef AX_TRAIN_DEVICE_SCORE_H
#define AX_TRAIN_DEVICE_SCORE_H

#include "engine/op/backend.h"
#include "engine/task/task.h"

typedef struct ax_device_score {
    const ax_backend *be; /* borrowed; NULL: predictions are judged on the host */
    ax_device *dev;
    const ax_task_spec *task;
    uint64_t *count; /* the device's, as truth */
    uint8_t *truth;
    size_t truth_bytes;
} ax_device_score;

/* Starts counting, if task and backend can; release it in any case. */
ax_code ax_device_score_init(ax_device_score *s, const ax_backend *be, ax_device *dev, const ax_task_spec *task,
                             ax_err *err);
void ax_device_score_release(ax_device_score *s);
/* Enqueues the counting of n images of `pixels`, whose truths are on the host; prediction: on the device, U8, in a row.
 */
ax_code ax_device_score_add(ax_device_score *s, const void *const *truth, size_t n, size_t pixels,
                            const void *prediction, ax_err *err);
/* Waits, and adds what was counted to a score of the task. */
ax_code ax_device_score_take(ax_device_score *s, void *score, ax_err *err);

#endif
