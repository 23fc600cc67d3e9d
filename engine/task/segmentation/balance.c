#include "engine/task/segmentation/balance.h"

#include <stdlib.h>

/* Adds a class map's pixels to their classes, and its labelled pixels to every class that occurs in it. */
static void add_map(const uint8_t *label, size_t pixels, int32_t classes, double *own, double *around)
{
    size_t count[AX_TASK_OUTPUTS] = { 0 }, labelled = 0;
    for (size_t i = 0; i < pixels; i++)
        if (label[i] != AX_IGNORE && label[i] < classes) {
            count[label[i]]++;
            labelled++;
        }
    for (int32_t k = 0; k < classes; k++) {
        own[k] += (double)count[k];
        around[k] += count[k] ? (double)labelled : 0;
    }
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

ax_code ax_segmentation_weigh(ax_task_spec *spec, const void *const *target, size_t n, int32_t h, int32_t w,
                              ax_err *err)
{
    double own[AX_TASK_OUTPUTS] = { 0 }, around[AX_TASK_OUTPUTS] = { 0 }, sorted[AX_TASK_OUTPUTS];
    size_t seen = 0;
    for (size_t i = 0; i < n; i++)
        add_map(target[i], (size_t)h * (size_t)w, spec->outputs, own, around);
    for (int32_t k = 0; k < spec->outputs; k++)
        if (own[k] > 0)
            sorted[seen++] = own[k] / around[k];
    if (!seen)
        return ax_fail(err, AX_EDATA, "class_weights: no labelled pixel in the crops of training");
    qsort(sorted, seen, sizeof *sorted, ascending);
    double median = (sorted[(seen - 1) / 2] + sorted[seen / 2]) / 2;
    for (int32_t k = 0; k < spec->outputs; k++)
        spec->weight[k] = own[k] > 0 ? (float)(median * around[k] / own[k]) : 1;
    return AX_OK;
}
