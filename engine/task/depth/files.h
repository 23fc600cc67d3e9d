/* What of depth goes into files: pictures of a run, what predict writes, what a model file says. */
#ifndef AX_TASK_DEPTH_FILES_H
#define AX_TASK_DEPTH_FILES_H

#include "engine/task/task.h"

/* What the network gave for the pixels of {h,w}, rows `stride` apart, as metres {h,w} (malloc, caller frees). Nothing
   is capped. NULL: no memory. */
float *ax_depth_metres(const ax_task_spec *spec, const float *output, int32_t h, int32_t w, int32_t stride,
                       ax_err *err);

/* As the members of ax_task. Pictures are of one scale, from a fortieth of the range to its end. */
void ax_depth_legend(const ax_task_spec *spec, ax_maskfile *m);
void ax_depth_picture(const ax_task_spec *spec, const void *value, bool prediction, int32_t h, int32_t w, uint8_t *out);
/* As ax_depth_draw_error; truth outside the range is none. */
void ax_depth_error_picture(const ax_task_spec *spec, const void *truth, const void *prediction, int32_t h, int32_t w,
                            uint8_t *out);

/* 0: a 16-bit PNG, metres capped to the range; 1: its colours, with their scale. */
ax_code ax_depth_write_file(const ax_task_spec *spec, int k, const ax_prediction *p, const ax_task_writers *to,
                            const char *path, ax_err *err);
/* "unit", "scale" of the PNG, "near" and "far", the ends of the colours, and their "caption". */
void ax_depth_json(const ax_task_spec *spec, const ax_prediction *p, ax_str *out);

/* "unit" ("m"), "output_unit" (metres that an output of 1 means), "depth_min" and "depth_max". */
void ax_depth_describe(const ax_task_spec *spec, ax_task_say say, void *context);
ax_code ax_depth_parse(ax_task_spec *spec, ax_task_get get, const void *context, const char *file, ax_err *err);

#endif
