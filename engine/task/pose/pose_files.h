/* What predict makes of an image with persons: key points found in the view of each box, and files of them. */
#ifndef AX_TASK_POSE_POSE_FILES_H
#define AX_TASK_POSE_POSE_FILES_H

#include "engine/task/task.h"

enum { AX_POSE_FILE_RESULTS, AX_POSE_FILE_OVERLAY };

extern const ax_task_view ax_pose_view;
/* As ax_task.write: AX_POSE_FILE_RESULTS, the persons as COCO's results have them, a JSON array; AX_POSE_FILE_OVERLAY,
   their skeletons over the image. Persons of COCO's key points are scored and suppressed first as rescore.h says. */
ax_code ax_pose_write(const ax_task_spec *spec, int k, const ax_prediction *p, const ax_task_writers *to,
                      const char *path, ax_err *err);
/* As ax_task.json: "persons", the same array. */
void ax_pose_json(const ax_task_spec *spec, const ax_prediction *p, ax_str *out);

#endif
