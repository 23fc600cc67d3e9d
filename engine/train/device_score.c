#include "engine/train/device_score.h"

#include <stdlib.h>

static bool counts(const ax_backend *be, const ax_task *task)
{
    return be->confusion && task->score_counts;
}

static bool sums(const ax_backend *be, const ax_task *task)
{
    return be->depth_sums && task->judging;
}

ax_code ax_device_score_init(ax_device_score *s, const ax_backend *be, ax_device *dev, const ax_task_spec *task,
                             size_t images, ax_err *err)
{
    const size_t outputs = (size_t)task->outputs;
    *s = (ax_device_score) { 0 };
    if (!be->separate || (!counts(be, task->task) && !sums(be, task->task)))
        return AX_OK;
    s->be = be;
    s->dev = dev;
    s->task = task;
    s->images = images;
    s->figure_bytes =
        counts(be, task->task) ? outputs * outputs * sizeof(uint64_t) : images * AX_DEPTH_SUMS * sizeof(double);
    s->figures = be->alloc(dev, s->figure_bytes, err);
    return s->figures ? AX_OK : err->code;
}

void ax_device_score_release(ax_device_score *s)
{
    if (s->be) {
        s->be->release(s->dev, s->figures);
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

/* Of n images whose truth is on the device. */
static ax_code judge(ax_device_score *s, size_t n, int32_t h, int32_t w, const void *prediction, ax_err *err)
{
    ax_depth_judging j;
    if (counts(s->be, s->task->task))
        return s->be->confusion(s->dev, (const uint8_t *)s->truth, prediction, n * (size_t)h * (size_t)w,
                                s->task->outputs, s->figures, err);
    ax_code code = s->task->task->judging(s->task, h, w, &j, err);
    if (code != AX_OK)
        return code;
    j.truth = (const float *)(const void *)s->truth;
    j.prediction = prediction;
    j.sums = (double *)s->figures + s->judged * AX_DEPTH_SUMS;
    j.images = n;
    return s->be->depth_sums(s->dev, &j, err);
}

ax_code ax_device_score_add(ax_device_score *s, const void *const *truth, size_t n, int32_t h, int32_t w,
                            const void *prediction, ax_err *err)
{
    const size_t bytes = s->task->task->truth_bytes(s->task, h, w);
    ax_code code = make_room(s, n * bytes, err);
    for (size_t i = 0; i < n && code == AX_OK; i++)
        code = s->be->copy(s->dev, s->truth + i * bytes, truth[i], bytes, AX_TO_DEVICE, err);
    if (code == AX_OK)
        code = judge(s, n, h, w, prediction, err);
    s->judged += n;
    return code;
}

ax_code ax_device_score_take(ax_device_score *s, void *score, ax_err *err)
{
    const ax_task *task = s->task->task;
    void *figures = malloc(s->figure_bytes);
    if (!figures)
        return ax_fail(err, AX_ENOMEM, "no memory for what a device has found");
    ax_code code = s->be->copy(s->dev, figures, s->figures, s->figure_bytes, AX_FROM_DEVICE, err);
    if (code == AX_OK && counts(s->be, task))
        task->score_counts(score, figures);
    for (size_t i = 0; i < s->judged && code == AX_OK && !counts(s->be, task); i++)
        code = task->score_sums(score, (const double *)figures + i * AX_DEPTH_SUMS, err);
    free(figures);
    return code;
}
