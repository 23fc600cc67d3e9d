/* Confusion matrix and the reward computed from it. */
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
/* Counts n pixels; truth 255 is ignored. Predictions are < classes. */
void ax_confusion_add(ax_confusion *c, const uint8_t *truth, const uint8_t *predicted, size_t n);

/* Adds the counts of another matrix with the same number of classes. */
void ax_confusion_merge(ax_confusion *c, const ax_confusion *other);

typedef struct ax_metrics {
    /* Mean IoU, frequency-weighted IoU and mean class accuracy over the classes that occur. */
    double miou, fwiou, accuracy;
    double reward; /* geometric mean of these three */
} ax_metrics;
/* A class occurs when the truth contains it. (A class that is only predicted has IoU 0 and doesn't count.) leave_out: a
   class id, or -1. All NAN when no class occurs. */
ax_metrics ax_confusion_metrics(const ax_confusion *c, int32_t leave_out);

typedef struct ax_class_figures {
    double iou, accuracy;      /* NAN: the truth doesn't contain the class */
    uint64_t truth, predicted; /* pixels */
} ax_class_figures;
ax_class_figures ax_confusion_class(const ax_confusion *c, int32_t k);

#endif
