/* The share of key points that are near enough to the truth: PCK, and PCKh as MPII counts it (Andriluka et al., "2D
   Human Pose Estimation", CVPR 2014). Counts only, so that sums are exact in any order. */
#ifndef AX_TASK_POSE_PCK_H
#define AX_TASK_POSE_PCK_H

#include "engine/task/pose/keypoint.h"

typedef struct ax_pck {
    uint64_t present[AX_MAX_KEYPOINTS], right[AX_MAX_KEYPOINTS];
    uint64_t right_fine[AX_MAX_KEYPOINTS]; /* at 0.11 of the length */
} ax_pck;

/* Adds n key points of a person: those whose truth has v > 0 count, and are right within half of the length, the end
   included. Prediction and truth both count from 0, or both from 1. */
void ax_pck_add(ax_pck *p, const ax_keypoint *found, const ax_keypoint *truth, int n, double length);
void ax_pck_merge(ax_pck *into, const ax_pck *other);
/* Percent of all n together; NAN: none is present. */
double ax_pck_mean(const ax_pck *p, int n);

/* The length that PCKh measures by: 0.6 times the diagonal of the head box x1, y1, x2, y2. */
double ax_pckh_length(const double head[4]);

/* Percent. NAN where nothing is present. */
typedef struct ax_pckh {
    double joint[AX_MPII_KEYPOINTS];
    double head, shoulder, elbow, wrist, hip, knee, ankle; /* means of left and right */
    double mean;                                           /* over all joints that are present but pelvis and thorax */
    double mean_at_011;                                    /* what is published as Mean@0.1 */
} ax_pckh;
/* Of key points in MPII's order. */
ax_pckh ax_pckh_of(const ax_pck *p);

#endif
