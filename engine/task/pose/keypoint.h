/* Key points and their skeletons. Coordinates count from 0 at the centre of the first pixel. */
#ifndef AX_TASK_POSE_KEYPOINT_H
#define AX_TASK_POSE_KEYPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { AX_MAX_KEYPOINTS = 32, AX_MAX_LIMBS = 40, AX_COCO_KEYPOINTS = 17, AX_MPII_KEYPOINTS = 16 };

/* v: for truth its visibility (above 0: labelled), for a prediction its score. */
typedef struct ax_keypoint {
    double x, y, v;
} ax_keypoint;

typedef enum ax_side { AX_SIDE_MIDDLE, AX_SIDE_LEFT, AX_SIDE_RIGHT } ax_side; /* sides as seen by the person */

typedef struct ax_skeleton {
    const char *name; /* "coco", "mpii", "scenes" */
    int n;            /* number of key points */
    struct {
        const char *name;
        uint8_t other; /* its counterpart on the other side, or itself */
        uint8_t side;  /* ax_side */
    } point[AX_MAX_KEYPOINTS];
    int n_limbs;
    uint8_t limb[AX_MAX_LIMBS][2];
} ax_skeleton;

extern const ax_skeleton ax_skeleton_coco, ax_skeleton_mpii, ax_skeleton_scenes;
/* NULL: no skeleton of that name. */
const ax_skeleton *ax_skeleton_find(const char *name);
/* Skeletons by number, which never changes: coco, mpii, scenes. */
const ax_skeleton *ax_skeleton_at(int32_t number);
int32_t ax_skeleton_number(const ax_skeleton *s);

/* Mirrors key points in an image of that width: x becomes width - 1 - x, left and right are exchanged, and coordinates
   without a label become 0. */
void ax_keypoints_mirror(const ax_skeleton *s, int32_t width, ax_keypoint *point);

#endif
