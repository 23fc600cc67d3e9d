/* Draws skeletons over pictures. The person's left side is orange, the right side blue, the middle green. */
#ifndef AX_TASK_POSE_POSE_DRAW_H
#define AX_TASK_POSE_POSE_DRAW_H

#include "engine/task/pose/keypoint.h"

extern const uint8_t ax_side_color[3][3]; /* RGB by ax_side */

/* Draws limbs whose two ends have v above `least`, and a dot on each such point, over rgb {h,w,3}, clipped to the
   picture. thickness: of a limb in pixels, at least 1. */
void ax_pose_draw(const ax_skeleton *s, const ax_keypoint *point, double least, double thickness, uint8_t *rgb,
                  int32_t h, int32_t w);
/* A suitable thickness for a person of that extent in pixels. */
double ax_pose_thickness(double extent);

#endif
