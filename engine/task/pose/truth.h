/* What is known of the person that a sample shows: the truth of the pose task. */
#ifndef AX_TASK_POSE_TRUTH_H
#define AX_TASK_POSE_TRUTH_H

#include "engine/task/pose/affine.h"
#include "engine/task/pose/keypoint.h"

typedef struct ax_pose_truth {
    ax_keypoint point[AX_MAX_KEYPOINTS];    /* in the sample's pixels, as augmented; v = 0: not known */
    ax_keypoint in_image[AX_MAX_KEYPOINTS]; /* in the image's */
    ax_person person;                       /* that the sample shows without augmentation */
    uint64_t image, number;                 /* of the image in its data set; of the person in the split */
    double neck;                            /* from neck to head top in the image's pixels; 0 = not known */
    double head;                            /* the length of PCKh (pck.h); 0 = not known */
    double area, box[4];                    /* COCO's: of the segment; x, y, width, height. area 0 = not known */
} ax_pose_truth;

#endif
