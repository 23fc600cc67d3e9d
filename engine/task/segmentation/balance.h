/* Class weights by frequency. */
#ifndef AX_SEGMENTATION_BALANCE_H
#define AX_SEGMENTATION_BALANCE_H

#include "engine/task/task.h"

/* Median frequency balancing (Eigen and Fergus, ICCV 2015, section 4.3.2): the frequency of a class is its share of the
   labelled pixels in samples that contain it; its weight is the median of all frequencies divided by its own. A class
   that no sample contains has weight 1 and is left out of the median. See ax_task.weigh; AX_EDATA: no labelled
   pixel. */
ax_code ax_segmentation_weigh(ax_task_spec *spec, const void *const *target, size_t n, int32_t h, int32_t w,
                              ax_err *err);

#endif
