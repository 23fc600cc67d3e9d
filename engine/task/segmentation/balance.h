/* Weights of classes by how often they are seen. */
#ifndef AX_SEGMENTATION_BALANCE_H
#define AX_SEGMENTATION_BALANCE_H

#include "engine/task/task.h"

/* Median frequency balancing (Eigen and Fergus, ICCV 2015, section 4.3.2): the frequency of a class is its share of the
   labelled pixels of those samples that have it, its weight the median of all frequencies by its own. A class that none
   of them has weighs 1, and isn't part of the median. As ax_task.weigh; AX_EDATA: no pixel has a label. */
ax_code ax_segmentation_weigh(ax_task_spec *spec, const void *const *target, size_t n, int32_t h, int32_t w,
                              ax_err *err);

#endif
