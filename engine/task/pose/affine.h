/* Transforms between a person in an image and the crop that the network sees. */
#ifndef AX_TASK_POSE_AFFINE_H
#define AX_TASK_POSE_AFFINE_H

#include <stdbool.h>
#include <stdint.h>

/* PAPER: as in Simple Baselines (Xiao, Wu, Wei, ECCV 2018) and its code, for comparison with published figures. UDP:
   lengths run from pixel centre to pixel centre (Huang et al., "The Devil is in the Details", CVPR 2020). A network
   trained with one protocol and used with the other loses about 2 AP. */
typedef enum ax_pose_protocol { AX_POSE_UDP, AX_POSE_PAPER } ax_pose_protocol;

/* The part of the image that a crop shows: a centre, and width and height around it in units of 200 pixels. */
typedef struct ax_person {
    double centre[2], scale[2];
} ax_person;

/* x, y -> m[0][0] x + m[0][1] y + m[0][2], m[1][0] x + m[1][1] y + m[1][2] */
typedef struct ax_affine {
    double m[2][3];
} ax_affine;

/* The person in a box x, y, width, height: its centre; the shorter side is enlarged to the crop's aspect ratio (width /
   height), then both by 1.25. */
ax_person ax_person_of_box(const double box[4], double aspect);
/* The inverse: the box of a person; aspect ratio 1. */
void ax_person_box(const ax_person *p, double box[4]);
/* The same for a COCO annotation in an image of that size: the box is first clipped to the image, as published. False:
   nothing of it is left, or the annotation's area isn't positive. */
bool ax_person_of_coco(const double box[4], double area, int32_t image_w, int32_t image_h, double aspect,
                       ax_person *out);
/* The same from MPII's centre and scale, which count from 1; the centre is moved down, since the body extends further
   below it. Key points of MPII must be converted separately. */
ax_person ax_person_of_mpii(const double centre[2], double scale);

/* Maps image coordinates to a crop of w x h pixels; with the maps' size and rotation 0, to map coordinates. rotation:
   degrees; positive turns the content anticlockwise. */
ax_affine ax_affine_to_crop(ax_pose_protocol protocol, const ax_person *person, double rotation, int32_t w, int32_t h);
/* The inverse. A singular transform (scale 0) gives all zeros. */
ax_affine ax_affine_inverse(const ax_affine *a);
void ax_affine_apply(const ax_affine *a, double x, double y, double out[2]);

/* Cuts the crop {h,w,3} out of an image {image_h,image_w,3}: each pixel's centre is mapped by `to_image` and sampled
   bilinearly; black outside. */
void ax_affine_crop(const ax_affine *to_image, const uint8_t *rgb, int32_t image_h, int32_t image_w, uint8_t *crop,
                    int32_t h, int32_t w);

#endif
