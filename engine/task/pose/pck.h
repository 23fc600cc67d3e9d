/* PCK, the percentage of key points near enough to the truth, and PCKh as MPII counts it (Andriluka et al., "2D Human
   Pose Estimation", CVPR 2014). Only counts are kept, so sums are exact in any order. */
#ifndef AX_TASK_POSE_PCK_H
#define AX_TASK_POSE_PCK_H

#include "engine/task/pose/keypoint.h"

typedef struct ax_pck {
    uint64_t present[AX_MAX_KEYPOINTS], right[AX_MAX_KEYPOINTS];
    uint64_t right_fine[AX_MAX_KEYPOINTS]; /* at 0.11 of the length */
} ax_pck;

/* Adds n key points of a person. Those whose truth has v > 0 count; they are correct within half of the length,
   inclusive. Prediction and truth must both count from 0 or both from 1. */
void ax_pck_add(ax_pck *p, const ax_keypoint *found, const ax_keypoint *truth, int n, double length);
void ax_pck_merge(ax_pck *into, const ax_pck *other);
/* Percentage over all n together; NAN: no key point is present. */
double ax_pck_mean(const ax_pck *p, int n);

/* The length that PCKh is relative to: 0.6 times the diagonal of the head box x1, y1, x2, y2. */
double ax_pckh_length(const double head[4]);

/* Percentages. NAN where no key point is present. */
typedef struct ax_pckh {
    double joint[AX_MPII_KEYPOINTS];
    double head, shoulder, elbow, wrist, hip, knee, ankle; /* means of left and right */
    double mean;                                           /* over all present joints except pelvis and thorax */
    double mean_at_011;                                    /* published as Mean@0.1 */
} ax_pckh;
/* For key points in MPII's order. */
ax_pckh ax_pckh_of(const ax_pck *p);

#endif
