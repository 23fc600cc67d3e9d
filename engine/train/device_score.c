#include "engine/train/device_score.h"

#include <stdlib.h>

static size_t count_bytes(const ax_device_score *s)
{
    return (size_t)s->task->outputs * (size_t)s->task->outputs * sizeof(uint64_t);
}

ax_code ax_device_score_init(ax_device_score *s, const ax_backend *be, ax_device *dev, const ax_task_spec *task,
                             ax_err *err)
{
    *s = (ax_device_score) { 0 };
    if (!be->separate || !be->confusion || !task->task->score_counts)
        return AX_OK;
    s->be = be;
    s->dev = dev;
    s->task = task;
    s->count = be->alloc(dev, count_bytes(s), err);
    return s->count ? AX_OK : err->code;
}

void ax_device_score_release(ax_device_score *s)
{
    if (s->be) {
        s->be->release(s->dev, s->count);
        s->be->release(s->dev, s->truth);
    }
    *s = (ax_device_score) { 0 };
}

static ax_code make_room(ax_device_score *s, size_t bytes, ax_err *err)
{
    if (bytes <= s->truth_bytes)
        return AX_OK;
    s->be->release(s->dev, s->truth);
    s->truth_bytes = 0;
    s->truth = s->be->alloc(s->dev, bytes, err);
    s->truth_bytes = s->truth ? bytes : 0;
    return s->truth ? AX_OK : err->code;
}

ax_code ax_device_score_add(ax_device_score *s, const void *const *truth, size_t n, size_t pixels,
                            const void *prediction, ax_err *err)
{
    ax_code code = make_room(s, n * pixels, err);
    for (size_t i = 0; i < n && code == AX_OK; i++)
        code = s->be->copy(s->dev, s->truth + i * pixels, truth[i], pixels, AX_TO_DEVICE, err);
    return code == AX_OK ? s->be->confusion(s->dev, s->truth, prediction, n * pixels, s->task->outputs, s->count, err)
                         : code;
}

ax_code ax_device_score_take(ax_device_score *s, void *score, ax_err *err)
{
    uint64_t *count = malloc(count_bytes(s));
    if (!count)
        return ax_fail(err, AX_ENOMEM, "no memory for what a device has counted");
    ax_code code = s->be->copy(s->dev, count, s->count, count_bytes(s), AX_FROM_DEVICE, err);
    if (code == AX_OK)
        s->task->task->score_counts(score, count);
    free(count);
    return code;
}
