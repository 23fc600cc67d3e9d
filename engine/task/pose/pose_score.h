/* Judges a pose network: persons are gathered, in any order, and judged together. All lengths are the image's pixels.
 */
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

/* Adds the persons of another account. Average precision isn't known of persons that are in it twice. Without memory
   ax_pose_score_take says so. */
void ax_pose_score_merge(ax_pose_score *p, const ax_pose_score *other);

/* NAN: there is no truth for it. Shares, 0 to 1. */
typedef struct ax_pose_figures {
    /* Mean over persons of the similarity of their key points, itself a mean over those that are labelled: COCO's OKS
       where the truth has areas, else of exp(-d^2 / (2 (neck / 2)^2)) at distance d. The reward. */
    double similarity;
    double pck;      /* within half of the distance from neck to head top */
    double pckh;     /* PCKh@0.5 of MPII, by head boxes */
    double ap, ap50; /* of COCO, with the truth's boxes: one answer per annotated person, whose score is the mean of its
                        key points' */
    uint64_t persons, left_out; /* that were judged; that nothing could be said of */
} ax_pose_figures;
/* All that the figures are taken from. */
typedef struct ax_pose_details {
    double similarity; /* as in ax_pose_figures */
    uint64_t persons;
    ax_pck by_neck, by_head;
    bool has_oks; /* of COCO, with a truth that counts */
    ax_oks_figures oks;
} ax_pose_details;
/* mean_pose: what predicting the mean pose of these persons (mean_pose.h) scores, instead of what was found.
   AX_ENOMEM. */
ax_code ax_pose_score_details(const ax_pose_score *p, bool mean_pose, ax_pose_details *out, ax_err *err);
ax_code ax_pose_score_take(const ax_pose_score *p, ax_pose_figures *out, ax_err *err);

#endif
