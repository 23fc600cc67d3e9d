#include "engine/train/score.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

ax_code ax_confusion_init(ax_confusion *c, int32_t classes, ax_err *err)
{
    c->classes = classes;
    c->count = calloc((size_t)classes * (size_t)classes, sizeof *c->count);
    return c->count ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for %d classes", classes);
}

void ax_confusion_release(ax_confusion *c)
{
    free(c->count);
    c->count = NULL;
}

void ax_confusion_add(ax_confusion *c, const uint8_t *truth, const uint8_t *predicted, size_t n)
{
    size_t k = (size_t)c->classes;
    for (size_t i = 0; i < n; i++)
        if (truth[i] < k && predicted[i] < k)
            c->count[truth[i] * k + predicted[i]]++;
}

ax_metrics ax_confusion_metrics(const ax_confusion *c, int32_t leave_out)
{
    size_t k = (size_t)c->classes;
    double iou_sum = 0, weighted = 0, accuracy_sum = 0, pixels = 0, n = 0;
    for (size_t i = 0; i < k; i++) {
        double truth = 0, predicted = 0, hit = (double)c->count[i * k + i];
        for (size_t j = 0; j < k; j++) {
            truth += (double)c->count[i * k + j];
            predicted += (double)c->count[j * k + i];
        }
        if (truth == 0 || (int32_t)i == leave_out)
            continue;
        double iou = hit / (truth + predicted - hit);
        iou_sum += iou;
        weighted += truth * iou;
        accuracy_sum += hit / truth;
        pixels += truth;
        n++;
    }
    if (n == 0)
        return (ax_metrics) { NAN, NAN, NAN, NAN };
    ax_metrics m = { .miou = iou_sum / n, .fwiou = weighted / pixels, .accuracy = accuracy_sum / n };
    m.reward = cbrt(m.miou * m.fwiou * m.accuracy);
    return m;
}
