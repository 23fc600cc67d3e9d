#include "engine/train/device_score.h"

#include <stdlib.h>

struct ax_device_judged {
    const void *truth; /* borrowed */
    int32_t h, w;
};

static ax_device_finds finds_of(const ax_backend *be, const ax_task *task)
{
    if (!be->separate)
        return AX_FINDS_NOTHING;
    if (be->confusion && task->score_counts)
        return AX_FINDS_COUNTS;
    if (be->depth_sums && task->judging)
        return AX_FINDS_SUMS;
    return be->peaks && task->peaks ? AX_FINDS_PEAKS : AX_FINDS_NOTHING;
}

bool ax_device_score_reads_truths(const ax_backend *be, const ax_task *task)
{
    const ax_device_finds finds = finds_of(be, task);
    return finds == AX_FINDS_COUNTS || finds == AX_FINDS_SUMS;
}

static size_t bytes_of(ax_device_finds finds, size_t images, size_t outputs)
{
    if (finds == AX_FINDS_COUNTS)
        return outputs * outputs * sizeof(uint64_t);
    return images * (finds == AX_FINDS_SUMS ? AX_DEPTH_SUMS * sizeof(double) : outputs * sizeof(ax_map_peak));
}

ax_code ax_device_score_init(ax_device_score *s, const ax_backend *be, ax_device *dev, const ax_task_spec *task,
                             size_t images, ax_err *err)
{
    *s = (ax_device_score) { .finds = finds_of(be, task->task) };
    if (s->finds == AX_FINDS_NOTHING)
        return AX_OK;
    s->be = be;
    s->dev = dev;
    s->task = task;
    s->images = images;
    s->figure_bytes = bytes_of(s->finds, images, (size_t)task->outputs);
    if (s->finds == AX_FINDS_PEAKS && !(s->of = malloc(images * sizeof *s->of)))
        return ax_fail(err, AX_ENOMEM, "no memory to judge %zu images", images);
    s->figures = be->alloc(dev, s->figure_bytes, err);
    return s->figures ? AX_OK : err->code;
}

void ax_device_score_release(ax_device_score *s)
{
    if (s->be) {
        s->be->release(s->dev, s->figures);
        s->be->release(s->dev, s->truth);
    }
    free(s->of);
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

/* Copies the truths of n images to the device. */
static ax_code send_truths(ax_device_score *s, const void *const *truth, size_t n, size_t bytes, ax_err *err)
{
    ax_code code = make_room(s, n * bytes, err);
    for (size_t i = 0; i < n && code == AX_OK; i++)
        code = s->be->copy(s->dev, s->truth + i * bytes, truth[i], bytes, AX_TO_DEVICE, err);
    return code;
}

/* Judges n images. */
static ax_code compare(ax_device_score *s, const void *const *truth, const void *resident, size_t n, int32_t h,
                       int32_t w, const void *prediction, ax_err *err)
{
    ax_depth_judging j;
    ax_code code = resident ? AX_OK : send_truths(s, truth, n, s->task->task->truth_bytes(s->task, h, w), err);
    const void *there = resident ? resident : s->truth;
    if (code == AX_OK && s->finds == AX_FINDS_COUNTS)
        return s->be->confusion(s->dev, there, prediction, n * (size_t)h * (size_t)w, s->task->outputs, s->figures,
                                err);
    if (code == AX_OK)
        code = s->task->task->judging(s->task, h, w, &j, err);
    if (code != AX_OK)
        return code;
    j.truth = there;
    j.prediction = prediction;
    j.sums = (double *)s->figures + s->judged * AX_DEPTH_SUMS;
    j.images = n;
    return s->be->depth_sums(s->dev, &j, err);
}

static ax_code find_peaks(ax_device_score *s, const void *const *truth, size_t n, int32_t h, int32_t w,
                          const void *prediction, ax_err *err)
{
    ax_peak_search search;
    for (size_t i = 0; i < n; i++)
        s->of[s->judged + i] = (struct ax_device_judged) { truth[i], h, w };
    s->task->task->peaks(s->task, h, w, &search);
    search.maps = prediction;
    search.peak = (ax_map_peak *)s->figures + s->judged * (size_t)s->task->outputs;
    search.images = n;
    return s->be->peaks(s->dev, &search, err);
}

ax_code ax_device_score_add(ax_device_score *s, const void *const *truth, const void *resident, size_t n, int32_t h,
                            int32_t w, const void *prediction, ax_err *err)
{
    ax_code code = s->finds == AX_FINDS_PEAKS ? find_peaks(s, truth, n, h, w, prediction, err)
                                              : compare(s, truth, resident, n, h, w, prediction, err);
    s->judged += n;
    return code;
}

static ax_code take_image(const ax_device_score *s, void *score, const void *figures, size_t i, ax_err *err)
{
    const ax_task *task = s->task->task;
    if (s->finds == AX_FINDS_SUMS)
        return task->score_sums(score, (const double *)figures + i * AX_DEPTH_SUMS, err);
    const ax_map_peak *peak = (const ax_map_peak *)figures + i * (size_t)s->task->outputs;
    return task->score_peaks(score, s->task, s->of[i].truth, peak, s->of[i].h, s->of[i].w, err);
}

ax_code ax_device_score_take(ax_device_score *s, void *score, ax_err *err)
{
    void *figures = malloc(s->figure_bytes);
    if (!figures)
        return ax_fail(err, AX_ENOMEM, "no memory for what a device has found");
    ax_code code = s->be->copy(s->dev, figures, s->figures, s->figure_bytes, AX_FROM_DEVICE, err);
    if (code == AX_OK && s->finds == AX_FINDS_COUNTS)
        s->task->task->score_counts(score, figures);
    for (size_t i = 0; i < s->judged && code == AX_OK && s->finds != AX_FINDS_COUNTS; i++)
        code = take_image(s, score, figures, i, err);
    free(figures);
    return code;
}
