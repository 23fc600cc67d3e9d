/* Depth in files: pictures of a run, output of predict, metadata of a model file. */
#ifndef AX_TASK_DEPTH_FILES_H
#define AX_TASK_DEPTH_FILES_H

#include "engine/task/task.h"

/* Converts the network's output for the pixels of {h,w}, in rows of `stride`, to metres {h,w} (malloc, the caller frees
   it). Nothing is capped. NULL: no memory. */
float *ax_depth_metres(const ax_task_spec *spec, const float *output, int32_t h, int32_t w, int32_t stride,
                       ax_err *err);

/* Members of ax_task. All pictures use one scale, from a fortieth of the range to its end. */
void ax_depth_legend(const ax_task_spec *spec, ax_maskfile *m);
void ax_depth_picture(const ax_task_spec *spec, const void *value, bool prediction, int32_t h, int32_t w, uint8_t *out);
/* See ax_depth_draw_error; truth out of range counts as missing. */
void ax_depth_error_picture(const ax_task_spec *spec, const void *truth, const void *prediction, int32_t h, int32_t w,
                            uint8_t *out);

/* Writes file 0: a 16-bit PNG, metres capped to the range; or 1: its colours with their scale. */
ax_code ax_depth_write_file(const ax_task_spec *spec, int k, const ax_prediction *p, const ax_task_writers *to,
                            const char *path, ax_err *err);
/* Appends "unit", "scale" of the PNG, "near" and "far" (ends of the colours) and their "caption". */
void ax_depth_json(const ax_task_spec *spec, const ax_prediction *p, ax_str *out);

/* Metadata "unit" ("m"), "output_unit" (metres per unit of the output), "depth_min" and "depth_max". */
void ax_depth_describe(const ax_task_spec *spec, ax_task_say say, void *context);
ax_code ax_depth_parse(ax_task_spec *spec, ax_task_get get, const void *context, const char *file, ax_err *err);

#endif
