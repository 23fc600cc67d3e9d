/* The full report on a pose network: per key point, PCKh by groups, COCO's ten numbers. */
#ifndef AX_TASK_POSE_POSE_TEXT_H
#define AX_TASK_POSE_POSE_TEXT_H

#include "engine/task/task.h"

/* See ax_task.score_text, .score_json and .score_csv. */
void ax_pose_text(const void *score, const ax_task_spec *spec, bool unicode, ax_str *out);
void ax_pose_details_json(const void *score, const ax_task_spec *spec, ax_str *out);
void ax_pose_csv(const void *score, const ax_task_spec *spec, ax_str *out);

#endif
