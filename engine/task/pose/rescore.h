/* What COCO results go through before they are judged: a score that the joints have a say in, and one answer per
   person. */
#ifndef AX_TASK_POSE_RESCORE_H
#define AX_TASK_POSE_RESCORE_H

#include "engine/base/err.h"
#include "engine/task/pose/keypoint.h"

/* The box's score times the mean of those of the 17 joints that are above 0.2; 0: none is. */
double ax_pose_rescore(double box_score, const ax_keypoint *point);

typedef struct ax_pose_answer {
    ax_keypoint point[AX_COCO_KEYPOINTS];
    double score, area; /* area: of the crop, (200 scale[0]) * (200 scale[1]) */
} ax_pose_answer;

/* The persons of one image that stay, by falling score, as indices into keep[n]; *kept: how many. Each that stays
   removes those whose similarity to it (over all joints, with the mean of both areas) is above the threshold, 0.9 as
   published. AX_ENOMEM. */
ax_code ax_pose_suppress(const ax_pose_answer *a, size_t n, double threshold, size_t *keep, size_t *kept, ax_err *err);

#endif
