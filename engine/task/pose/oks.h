/* COCO's average precision of key points by object key point similarity; equal to pycocotools. */
#ifndef AX_TASK_POSE_OKS_H
#define AX_TASK_POSE_OKS_H

#include "engine/base/err.h"
#include "engine/task/pose/keypoint.h"

enum { AX_OKS_THRESHOLDS = 10, AX_OKS_RANGES = 3, AX_OKS_MOST_FOUND = 20 };

/* An annotated person. */
typedef struct ax_oks_truth {
    ax_keypoint point[AX_COCO_KEYPOINTS];
    double area;   /* area of the annotation's segment, not of its box */
    double box[4]; /* x, y, width, height */
    bool crowd;
    int labelled; /* COCO's num_keypoints */
} ax_oks_truth;

/* A detected person; scores of single key points aren't used. */
typedef struct ax_oks_found {
    ax_keypoint point[AX_COCO_KEYPOINTS];
    double score;
} ax_oks_found;

/* The similarity of a truth and a detection, 0 to 1. */
double ax_oks_similarity(const ax_oks_truth *truth, const ax_keypoint *found);

/* Collects images, in any order; accumulators can be merged. */
typedef struct ax_oks ax_oks;
ax_oks *ax_oks_new(ax_err *err);
void ax_oks_free(ax_oks *o);
/* Adds all persons of an image with a unique id: annotated ones in file order, and detected ones. Only the
   AX_OKS_MOST_FOUND detections with the highest scores count. AX_ENOMEM. */
ax_code ax_oks_add(ax_oks *o, uint64_t image, const ax_oks_truth *truth, size_t n_truth, const ax_oks_found *found,
                   size_t n_found, ax_err *err);
ax_code ax_oks_merge(ax_oks *into, const ax_oks *other, ax_err *err);

/* -1: no such truth. Ranges of area: all, medium, large. Thresholds: .50, .55, .. .95. */
typedef struct ax_oks_figures {
    double precision[AX_OKS_RANGES][AX_OKS_THRESHOLDS]; /* average precision */
    double recall[AX_OKS_RANGES][AX_OKS_THRESHOLDS];
    double ap, ap50, ap75, ap_medium, ap_large, ar, ar50, ar75, ar_medium, ar_large;
} ax_oks_figures;
/* Computes the figures. AX_ENOMEM. */
ax_code ax_oks_evaluate(const ax_oks *o, ax_oks_figures *out, ax_err *err);

#endif
