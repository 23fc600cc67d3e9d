/* Judges a pose network: persons are collected in any order and judged together. All lengths are in image pixels. */
#ifndef AX_TASK_POSE_POSE_SCORE_H
#define AX_TASK_POSE_POSE_SCORE_H

#include "engine/base/err.h"
#include "engine/task/pose/oks.h"
#include "engine/task/pose/pck.h"
#include "engine/task/pose/truth.h"

typedef struct ax_pose_score ax_pose_score;
/* NULL: AX_ENOMEM. */
ax_pose_score *ax_pose_score_new(const ax_skeleton *s, ax_err *err);
void ax_pose_score_free(ax_pose_score *p);
/* found: the skeleton's key points in the image, v = score. */
ax_code ax_pose_score_add(ax_pose_score *p, const ax_pose_truth *truth, const ax_keypoint *found, ax_err *err);

/* Adds the persons of another account. Average precision is unknown when a person occurs twice. A lack of memory is
   reported by ax_pose_score_take. */
void ax_pose_score_merge(ax_pose_score *p, const ax_pose_score *other);

/* Shares, 0 to 1; NAN: no truth for it. */
typedef struct ax_pose_figures {
    /* The reward: mean over persons of the mean similarity of their labelled key points. Similarity is COCO's OKS where
       the truth has areas, else exp(-d^2 / (2 (neck / 2)^2)) at distance d. */
    double similarity;
    double pck;      /* within half of the distance from neck to head top */
    double pckh;     /* PCKh@0.5 of MPII, by head boxes */
    double ap, ap50; /* COCO's, given the true boxes: one detection per annotated person, scored by the mean of its key
                        points' scores */
    uint64_t persons, left_out; /* persons judged; persons that can't be judged */
} ax_pose_figures;
/* Details that the figures are computed from. */
typedef struct ax_pose_details {
    double similarity; /* as in ax_pose_figures */
    uint64_t persons;
    ax_pck by_neck, by_head;
    bool has_oks; /* COCO's figures are known */
    ax_oks_figures oks;
} ax_pose_details;
/* mean_pose: scores the mean pose of these persons (mean_pose.h) instead of the predictions. AX_ENOMEM. */
ax_code ax_pose_score_details(const ax_pose_score *p, bool mean_pose, ax_pose_details *out, ax_err *err);
ax_code ax_pose_score_take(const ax_pose_score *p, ax_pose_figures *out, ax_err *err);

#endif
