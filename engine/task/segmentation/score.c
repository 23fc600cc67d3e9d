/* Long et al., "Fully Convolutional Networks for Semantic Segmentation" (CVPR 2015), section 5, for the three figures;
   Nekrasov et al. (CVPR 2019), section 4.1, for the reward made of them. */
#include "engine/task/segmentation/score.h"

#include <math.h>
#include <stdlib.h>

ax_code ax_confusion_init(ax_confusion *c, int32_t classes, ax_err *err)
{
    *c = (ax_confusion) { 0 };
    if (classes < 1 || classes > 256)
        return ax_fail(err, AX_EINVAL, "%d classes: from 1 to 256 are possible", (int)classes);
    c->count = calloc((size_t)classes * (size_t)classes, sizeof *c->count);
    if (!c->count)
        return ax_fail(err, AX_ENOMEM, "no memory for a confusion matrix of %d classes", (int)classes);
    c->classes = classes;
    return AX_OK;
}

void ax_confusion_release(ax_confusion *c)
{
    free(c->count);
    *c = (ax_confusion) { 0 };
}

void ax_confusion_add(ax_confusion *c, const uint8_t *truth, const uint8_t *predicted, size_t n)
{
    size_t classes = (size_t)c->classes;
    for (size_t i = 0; i < n; i++)
        /* The last class of 256 has id 255, which is the ignore value. */
        if (truth[i] < classes && predicted[i] < classes)
            if (truth[i] != 255)
                c->count[truth[i] * classes + predicted[i]]++;
}

void ax_confusion_merge(ax_confusion *c, const ax_confusion *other)
{
    for (size_t i = 0; i < (size_t)c->classes * (size_t)c->classes; i++)
        c->count[i] += other->count[i];
}

ax_class_figures ax_confusion_class(const ax_confusion *c, int32_t k)
{
    double row = 0, column = 0, hit = (double)c->count[k * c->classes + k];
    for (int32_t j = 0; j < c->classes; j++) {
        row += (double)c->count[k * c->classes + j];
        column += (double)c->count[j * c->classes + k];
    }
    return (ax_class_figures) { .iou = row > 0 ? hit / (row + column - hit) : NAN,
                                .accuracy = row > 0 ? hit / row : NAN,
                                .truth = (uint64_t)row,
                                .predicted = (uint64_t)column };
}

ax_metrics ax_confusion_metrics(const ax_confusion *c, int32_t leave_out)
{
    double iou = 0, weighted = 0, accuracy = 0, pixels = 0;
    int32_t occurring = 0;
    for (int32_t k = 0; k < c->classes; k++) {
        const ax_class_figures f = ax_confusion_class(c, k);
        if (!f.truth || k == leave_out)
            continue;
        iou += f.iou;
        weighted += (double)f.truth * f.iou;
        accuracy += f.accuracy;
        pixels += (double)f.truth;
        occurring++;
    }
    if (!occurring)
        return (ax_metrics) { NAN, NAN, NAN, NAN };
    ax_metrics m = { .miou = iou / occurring, .fwiou = weighted / pixels, .accuracy = accuracy / occurring };
    m.reward = cbrt(m.miou * m.fwiou * m.accuracy);
    return m;
}
