#include "engine/task/pose/keypoint.h"

#include <string.h>

#define MIDDLE AX_SIDE_MIDDLE
#define LEFT AX_SIDE_LEFT
#define RIGHT AX_SIDE_RIGHT

const ax_skeleton ax_skeleton_coco = {
    .name = "coco",
    .n = AX_COCO_KEYPOINTS,
    .point = { { "nose", 0, MIDDLE },
               { "left_eye", 2, LEFT },
               { "right_eye", 1, RIGHT },
               { "left_ear", 4, LEFT },
               { "right_ear", 3, RIGHT },
               { "left_shoulder", 6, LEFT },
               { "right_shoulder", 5, RIGHT },
               { "left_elbow", 8, LEFT },
               { "right_elbow", 7, RIGHT },
               { "left_wrist", 10, LEFT },
               { "right_wrist", 9, RIGHT },
               { "left_hip", 12, LEFT },
               { "right_hip", 11, RIGHT },
               { "left_knee", 14, LEFT },
               { "right_knee", 13, RIGHT },
               { "left_ankle", 16, LEFT },
               { "right_ankle", 15, RIGHT } },
    .n_limbs = 19,
    .limb = { { 15, 13 },
              { 13, 11 },
              { 16, 14 },
              { 14, 12 },
              { 11, 12 },
              { 5, 11 },
              { 6, 12 },
              { 5, 6 },
              { 5, 7 },
              { 6, 8 },
              { 7, 9 },
              { 8, 10 },
              { 1, 2 },
              { 0, 1 },
              { 0, 2 },
              { 1, 3 },
              { 2, 4 },
              { 3, 5 },
              { 4, 6 } },
};

const ax_skeleton ax_skeleton_mpii = {
    .name = "mpii",
    .n = AX_MPII_KEYPOINTS,
    .point = { { "right_ankle", 5, RIGHT },
               { "right_knee", 4, RIGHT },
               { "right_hip", 3, RIGHT },
               { "left_hip", 2, LEFT },
               { "left_knee", 1, LEFT },
               { "left_ankle", 0, LEFT },
               { "pelvis", 6, MIDDLE },
               { "thorax", 7, MIDDLE },
               { "neck", 8, MIDDLE },
               { "head_top", 9, MIDDLE },
               { "right_wrist", 15, RIGHT },
               { "right_elbow", 14, RIGHT },
               { "right_shoulder", 13, RIGHT },
               { "left_shoulder", 12, LEFT },
               { "left_elbow", 11, LEFT },
               { "left_wrist", 10, LEFT } },
    .n_limbs = 15,
    .limb = { { 0, 1 },
              { 1, 2 },
              { 2, 6 },
              { 5, 4 },
              { 4, 3 },
              { 3, 6 },
              { 6, 7 },
              { 7, 8 },
              { 8, 9 },
              { 10, 11 },
              { 11, 12 },
              { 12, 7 },
              { 15, 14 },
              { 14, 13 },
              { 13, 7 } },
};

/* In the order of AX_JOINT_LIST in data/scene.h. */
const ax_skeleton ax_skeleton_scenes = {
    .name = "scenes",
    .n = 14,
    .point = { { "head_top", 0, MIDDLE },
               { "neck", 1, MIDDLE },
               { "left_shoulder", 3, LEFT },
               { "right_shoulder", 2, RIGHT },
               { "left_elbow", 5, LEFT },
               { "right_elbow", 4, RIGHT },
               { "left_wrist", 7, LEFT },
               { "right_wrist", 6, RIGHT },
               { "left_hip", 9, LEFT },
               { "right_hip", 8, RIGHT },
               { "left_knee", 11, LEFT },
               { "right_knee", 10, RIGHT },
               { "left_ankle", 13, LEFT },
               { "right_ankle", 12, RIGHT } },
    .n_limbs = 14,
    .limb = { { 0, 1 },
              { 1, 2 },
              { 1, 3 },
              { 2, 4 },
              { 4, 6 },
              { 3, 5 },
              { 5, 7 },
              { 2, 8 },
              { 3, 9 },
              { 8, 9 },
              { 8, 10 },
              { 10, 12 },
              { 9, 11 },
              { 11, 13 } },
};

static const ax_skeleton *const skeletons[] = { &ax_skeleton_coco, &ax_skeleton_mpii, &ax_skeleton_scenes };
enum { SKELETONS = sizeof skeletons / sizeof *skeletons };

const ax_skeleton *ax_skeleton_find(const char *name)
{
    for (int32_t i = 0; i < SKELETONS; i++)
        if (strcmp(skeletons[i]->name, name) == 0)
            return skeletons[i];
    return NULL;
}

const ax_skeleton *ax_skeleton_at(int32_t number)
{
    return number >= 0 && number < SKELETONS ? skeletons[number] : NULL;
}

int32_t ax_skeleton_number(const ax_skeleton *s)
{
    int32_t i = 0;
    while (i < SKELETONS - 1 && skeletons[i] != s)
        i++;
    return i;
}

static ax_keypoint mirrored(ax_keypoint p, int32_t width)
{
    bool labelled = p.v > 0;
    return (ax_keypoint) { labelled ? width - 1 - p.x : 0, labelled ? p.y : 0, p.v };
}

void ax_keypoints_mirror(const ax_skeleton *s, int32_t width, ax_keypoint *point)
{
    for (int k = 0; k < s->n; k++) {
        int other = s->point[k].other;
        ax_keypoint here = mirrored(point[k], width);
        if (other < k)
            continue;
        point[k] = mirrored(point[other], width);
        point[other] = here;
    }
}
