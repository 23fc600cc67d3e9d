/* From a person in an image to the crop that the network sees, and back. */
#ifndef AX_TASK_POSE_AFFINE_H
#define AX_TASK_POSE_AFFINE_H

#include <stdbool.h>
#include <stdint.h>

/* PAPER: as Simple Baselines (Xiao, Wu, Wei, ECCV 2018) and its code, to compare with published figures. UDP: lengths
   are counted from pixel centre to pixel centre (Huang et al., "The Devil is in the Details", CVPR 2020). A network
   trained with one and used with the other loses about 2 AP. */
typedef enum ax_pose_protocol { AX_POSE_UDP, AX_POSE_PAPER } ax_pose_protocol;

/* What a crop shows: a centre, and the width and height around it in units of 200 pixels. */
typedef struct ax_person {
    double centre[2], scale[2];
} ax_person;

/* x, y -> m[0][0] x + m[0][1] y + m[0][2], m[1][0] x + m[1][1] y + m[1][2] */
typedef struct ax_affine {
    double m[2][3];
} ax_affine;

/* The person in a box x, y, width, height: the middle; the shorter side is enlarged to the crop's aspect (width /
   height), both to 1.25 times. */
ax_person ax_person_of_box(const double box[4], double aspect);
/* A box whose person it is; all have aspect 1. */
void ax_person_box(const ax_person *p, double box[4]);
/* The same of an annotation of COCO in an image of that size: the box is moved into the image and cut at its right and
   lower edge first, as published. False: nothing is left of it, or the annotation's area isn't positive. */
bool ax_person_of_coco(const double box[4], double area, int32_t image_w, int32_t image_h, double aspect,
                       ax_person *out);
/* The same from MPII's centre and scale, which count from 1: the body reaches lower than the centre says. Key points
   of MPII lose their 1 by themselves. */
ax_person ax_person_of_mpii(const double centre[2], double scale);

/* From the image to a crop of w x h pixels, or, with the size of the maps and rotation 0, to their coordinates.
   rotation: degrees; content turns anticlockwise as seen when it grows. */
ax_affine ax_affine_to_crop(ax_pose_protocol protocol, const ax_person *person, double rotation, int32_t w, int32_t h);
/* The reverse. A transform that has none (a scale of 0) gives one of zeros. */
ax_affine ax_affine_inverse(const ax_affine *a);
void ax_affine_apply(const ax_affine *a, double x, double y, double out[2]);

/* Crop {h,w,3} of an image {image_h,image_w,3}: each pixel's centre goes through `to_image`, where the picture is read
   bilinearly; black outside. */
void ax_affine_crop(const ax_affine *to_image, const uint8_t *rgb, int32_t image_h, int32_t image_w, uint8_t *crop,
                    int32_t h, int32_t w);

#endif
