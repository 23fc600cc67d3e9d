/* The full report on judged depth, beyond a candidate's figures: every figure, pooled and per image. score is an
   ax_depth_meter (ax_task.score_text and related members). */
#ifndef AX_TASK_DEPTH_TEXT_H
#define AX_TASK_DEPTH_TEXT_H

#include "engine/task/task.h"

void ax_depth_text(const void *score, const ax_task_spec *spec, bool unicode, ax_str *out);
/* Appends "depth": pooled, per_image, lineage_rmse, and the counts. */
void ax_depth_details_json(const void *score, const ax_task_spec *spec, ax_str *out);
/* Appends a line per figure. */
void ax_depth_csv(const void *score, const ax_task_spec *spec, ax_str *out);

#endif
