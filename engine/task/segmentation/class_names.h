/* Class metadata of a model file. */
#ifndef AX_SEGMENTATION_CLASS_NAMES_H
#define AX_SEGMENTATION_CLASS_NAMES_H

#include "engine/task/task.h"

/* Adds "classes" (their number), "class_names" ("name #rrggbb" per line) and "ignore". */
void ax_segmentation_describe(const ax_task_spec *spec, ax_task_say say, void *context);
/* Reads outputs, name and color from them. AX_EFORMAT names the key that is missing or wrong. */
ax_code ax_segmentation_parse(ax_task_spec *spec, ax_task_get get, const void *context, const char *file, ax_err *err);

#endif
