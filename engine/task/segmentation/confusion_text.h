/* A confusion matrix for people and programs: figures of each class, and which class is taken for which. */
#ifndef AX_SEGMENTATION_CONFUSION_TEXT_H
#define AX_SEGMENTATION_CONFUSION_TEXT_H

#include "engine/task/task.h"

/* score: an ax_confusion; as ax_task.score_text, score_json, score_csv and score_picture. */
void ax_confusion_text(const void *score, const ax_task_spec *spec, bool unicode, ax_str *out);
void ax_confusion_json(const void *score, const ax_task_spec *spec, ax_str *out);
void ax_confusion_csv(const void *score, const ax_task_spec *spec, ax_str *out);
/* A square of 16 pixels for each pair of classes, those of the truth from the top down. */
uint8_t *ax_confusion_picture(const void *score, const ax_task_spec *spec, int32_t *side);

#endif
