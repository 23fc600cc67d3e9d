/* Made-up mask files, the same at every call. */
#ifndef AX_TEST_MASKS_H
#define AX_TEST_MASKS_H

#include "engine/candidate/tasks.h"
#include "engine/wire/maskfile.h"

/* Masks of a candidate as the engine would write them: three images with truth and prediction, the second one predicted
   worst; colours and pictures depend on the task. Release with ax_maskfile_release; false: no memory. */
bool ax_made_masks(ax_task_id task, ax_maskfile *m);

#endif
