/* The truth of the pose task: the person that a sample shows. */
#ifndef AX_TASK_POSE_TRUTH_H
#define AX_TASK_POSE_TRUTH_H

#include "engine/task/pose/affine.h"
#include "engine/task/pose/keypoint.h"

typedef struct ax_pose_truth {
    ax_keypoint point[AX_MAX_KEYPOINTS];    /* in the sample's pixels, after augmentation; v = 0: unknown */
    ax_keypoint in_image[AX_MAX_KEYPOINTS]; /* in the image's pixels */
    ax_person person;                       /* the person that the sample shows, without augmentation */
    uint64_t image, number;                 /* numbers of the image in its data set and of the person in the split */
    double neck;                            /* distance from neck to head top in image pixels; 0 = unknown */
    double head;                            /* reference length of PCKh (pck.h); 0 = unknown */
    double area, box[4];                    /* COCO's: area of the segment, 0 = unknown; x, y, width, height */
} ax_pose_truth;

#endif
