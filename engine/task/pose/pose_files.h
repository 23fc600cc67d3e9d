/* Predictions for images with persons: key points found in the view of each box, and the files written from them. */
#ifndef AX_TASK_POSE_POSE_FILES_H
#define AX_TASK_POSE_POSE_FILES_H

#include "engine/task/task.h"

enum { AX_POSE_FILE_RESULTS, AX_POSE_FILE_OVERLAY };

extern const ax_task_view ax_pose_view;
/* See ax_task.write. AX_POSE_FILE_RESULTS: a JSON array of persons in COCO's result format; AX_POSE_FILE_OVERLAY:
   skeletons over the image. Persons with COCO's key points are first rescored and suppressed (rescore.h). */
ax_code ax_pose_write(const ax_task_spec *spec, int k, const ax_prediction *p, const ax_task_writers *to,
                      const char *path, ax_err *err);
/* See ax_task.json: "persons", the same array. */
void ax_pose_json(const ax_task_spec *spec, const ax_prediction *p, ax_str *out);

#endif
