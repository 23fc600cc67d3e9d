/* Post-processing of COCO results before judging: scores that include the joints, and suppression of duplicates. */
#ifndef AX_TASK_POSE_RESCORE_H
#define AX_TASK_POSE_RESCORE_H

#include "engine/base/err.h"
#include "engine/task/pose/keypoint.h"

/* The box's score times the mean of those of its 17 joint scores that are above 0.2; 0 when there is none. */
double ax_pose_rescore(double box_score, const ax_keypoint *point);

typedef struct ax_pose_answer {
    ax_keypoint point[AX_COCO_KEYPOINTS];
    double score, area; /* area: of the crop, (200 scale[0]) * (200 scale[1]) */
} ax_pose_answer;

/* Selects the persons of one image to keep, by decreasing score, as indices into keep[n]; *kept: their number. Each
   kept person removes all whose similarity to it (over all joints, with the mean of both areas) is above the threshold,
   0.9 as published. AX_ENOMEM. */
ax_code ax_pose_suppress(const ax_pose_answer *a, size_t n, double threshold, size_t *keep, size_t *kept, ax_err *err);

#endif
