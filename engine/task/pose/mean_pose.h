/* The mean pose, a baseline that ignores the image: each key point is at its average position within the persons'
   crops. A network that scores no better knows only the persons' boxes, which are given. */
#ifndef AX_TASK_POSE_MEAN_POSE_H
#define AX_TASK_POSE_MEAN_POSE_H

#include "engine/task/pose/affine.h"
#include "engine/task/pose/keypoint.h"

#include <stdint.h>

typedef struct ax_mean_pose {
    double x[AX_MAX_KEYPOINTS], y[AX_MAX_KEYPOINTS]; /* sums relative to the person's centre, in units of its scale */
    uint64_t n[AX_MAX_KEYPOINTS];
} ax_mean_pose;

/* Adds a person: those of its n key points with v > 0, in image pixels. */
void ax_mean_pose_add(ax_mean_pose *m, const ax_person *person, const ax_keypoint *point, int n);
/* The mean pose placed on this person, in image pixels, v = 1. A key point that no person had is put at the centre. */
void ax_mean_pose_place(const ax_mean_pose *m, const ax_person *person, ax_keypoint *out, int n);

#endif
