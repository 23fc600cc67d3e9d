/* Skeletons over pictures. The person's left side is orange, the right one blue, what is in the middle green. */
#ifndef AX_TASK_POSE_POSE_DRAW_H
#define AX_TASK_POSE_POSE_DRAW_H

#include "engine/task/pose/keypoint.h"

extern const uint8_t ax_side_color[3][3]; /* RGB by ax_side */

/* Draws the limbs whose both ends have v above `least`, and a dot on each such point, over rgb {h,w,3}. thickness: of a
   limb, in pixels, at least 1. What is outside is left out. */
void ax_pose_draw(const ax_skeleton *s, const ax_keypoint *point, double least, double thickness, uint8_t *rgb,
                  int32_t h, int32_t w);
/* A thickness at which a person of that extent in pixels is seen well. */
double ax_pose_thickness(double extent);

#endif
