/* Training targets of a pose network: one map per joint with a Gaussian bell at the joint. */
#ifndef AX_TASK_POSE_TARGET_H
#define AX_TASK_POSE_TARGET_H

#include "engine/task/pose/affine.h"
#include "engine/task/pose/keypoint.h"

enum { AX_POSE_SIGMA = 2, AX_POSE_RADIUS = 3 * AX_POSE_SIGMA };

typedef struct ax_pose_size {
    int32_t w, h;         /* of the crop, pixels */
    int32_t map_w, map_h; /* of the maps, which show the whole crop; at least 2 x 2 */
} ax_pose_size;

/* Makes targets {map_h, map_w, n} and weights {n} for n key points in crop pixels. A bell has its peak, 1, at the pixel
   nearest to the joint (PAPER) or at the joint itself (UDP), and is cut off at AX_POSE_RADIUS pixels. A weight is the
   joint's visibility, 0 where the bell would be outside the map. The map is zero when the weight is. Either may be
   NULL: not wanted. */
void ax_pose_target(ax_pose_protocol protocol, const ax_pose_size *size, const ax_keypoint *point, int n, float *target,
                    float *weight);

#endif
