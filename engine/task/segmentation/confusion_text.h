/* A confusion matrix as text, JSON, CSV and picture: figures per class, and which class is predicted as which. */
#ifndef AX_SEGMENTATION_CONFUSION_TEXT_H
#define AX_SEGMENTATION_CONFUSION_TEXT_H

#include "engine/task/task.h"

/* See ax_task.score_text, score_json, score_csv and score_picture; score: an ax_confusion. */
void ax_confusion_text(const void *score, const ax_task_spec *spec, bool unicode, ax_str *out);
void ax_confusion_json(const void *score, const ax_task_spec *spec, ax_str *out);
void ax_confusion_csv(const void *score, const ax_task_spec *spec, ax_str *out);
/* A picture with 16 x 16 pixels for each pair of classes; rows are classes of the truth, from the top. */
uint8_t *ax_confusion_picture(const void *score, const ax_task_spec *spec, int32_t *side);

#endif
