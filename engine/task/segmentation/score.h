/* Confusion matrix, and the reward made of it. */
#ifndef AX_SEGMENTATION_SCORE_H
#define AX_SEGMENTATION_SCORE_H

#include "engine/base/err.h"

#include <stddef.h>
#include <stdint.h>

typedef struct ax_confusion {
    int32_t classes;
    uint64_t *count; /* [truth * classes + predicted] */
} ax_confusion;

ax_code ax_confusion_init(ax_confusion *c, int32_t classes, ax_err *err);
void ax_confusion_release(ax_confusion *c);
/* Counts n pixels; truth 255 is left out. Predictions are < classes. */
void ax_confusion_add(ax_confusion *c, const uint8_t *truth, const uint8_t *predicted, size_t n);

/* Adds the counts of another one of as many classes. */
void ax_confusion_merge(ax_confusion *c, const ax_confusion *other);

typedef struct ax_metrics {
    double miou, fwiou, accuracy; /* mean IoU, frequency-weighted IoU, mean class accuracy, over classes that occur */
    double reward;                /* their geometric mean */
} ax_metrics;
/* A class occurs when it is in the truth (or, for IoU, predicted: then its IoU is 0 and it counts only if it also is in
   the truth). leave_out: a class id, or -1. Nothing occurs: all NAN. */
ax_metrics ax_confusion_metrics(const ax_confusion *c, int32_t leave_out);

typedef struct ax_class_figures {
    double iou, accuracy;      /* NAN: the class isn't in the truth */
    uint64_t truth, predicted; /* pixels */
} ax_class_figures;
ax_class_figures ax_confusion_class(const ax_confusion *c, int32_t k);

#endif
