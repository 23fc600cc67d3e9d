/* The mean pose: what can be said of a person without looking at it. Each key point is where it is on average in the
   persons' crops. A network that finds no more of them knows where persons are, which it was told, and nothing else. */
#ifndef AX_TASK_POSE_MEAN_POSE_H
#define AX_TASK_POSE_MEAN_POSE_H

#include "engine/task/pose/affine.h"
#include "engine/task/pose/keypoint.h"

#include <stdint.h>

typedef struct ax_mean_pose {
    double x[AX_MAX_KEYPOINTS], y[AX_MAX_KEYPOINTS]; /* sums, from the person's centre, in units of its scale */
    uint64_t n[AX_MAX_KEYPOINTS];
} ax_mean_pose;

/* Adds a person: those of its n key points whose v > 0, in the image's pixels. */
void ax_mean_pose_add(ax_mean_pose *m, const ax_person *person, const ax_keypoint *point, int n);
/* The mean pose as this person would have it, in the image's pixels, v = 1. A key point that no person had is in the
   middle. */
void ax_mean_pose_place(const ax_mean_pose *m, const ax_person *person, ax_keypoint *out, int n);

#endif
