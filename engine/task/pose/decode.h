/* Converts a network's heat maps to key points. Maps are {h,w,n}, one per key point. */
#ifndef AX_TASK_POSE_DECODE_H
#define AX_TASK_POSE_DECODE_H

#include "engine/op/judging.h"
#include "engine/task/pose/affine.h"
#include "engine/task/pose/keypoint.h"

/* Sub-pixel refinement of a peak. QUARTER: a quarter of a pixel towards the higher neighbour. DARK: Taylor expansion of
   the logarithm of the smoothed map (Zhang et al., "Distribution-Aware Coordinate Representation", CVPR 2020). */
typedef enum ax_pose_refine { AX_REFINE_QUARTER, AX_REFINE_DARK } ax_pose_refine;

/* maps = the mean of maps and the mirrored crop's maps, mirrored back with left and right exchanged. shift (PAPER): the
   latter are first moved one column to the right, since an even width has no middle column. */
void ax_pose_merge_flipped(const ax_skeleton *s, float *maps, const float *flipped, int32_t h, int32_t w, bool shift);

/* Settings for a peak search whose results ax_pose_keypoint can refine: *out's taps and bell. */
void ax_pose_peak_search(ax_pose_refine refine, ax_peak_search *out);
/* Refines the peak of a map of h x w, found by any device; same result as ax_pose_peaks. */
ax_keypoint ax_pose_keypoint(const ax_map_peak *peak, int32_t h, int32_t w, ax_pose_refine refine);
/* Finds each map's peak (the first in row order) and refines it; v is its value. A map without a positive value gives
   (0, 0); one that begins with NAN also gives v = 0. */
void ax_pose_peaks(const float *maps, int32_t h, int32_t w, int n, ax_pose_refine refine, ax_keypoint *out);

/* Converts coordinates of maps of w x h, which show `person`, to image coordinates; v stays. */
void ax_pose_to_image(ax_pose_protocol protocol, const ax_person *person, int32_t w, int32_t h, ax_keypoint *point,
                      int n);

/* Defaults of a protocol. */
static inline ax_pose_refine ax_pose_refine_of(ax_pose_protocol p)
{
    return p == AX_POSE_UDP ? AX_REFINE_DARK : AX_REFINE_QUARTER;
}
static inline bool ax_pose_shift_of(ax_pose_protocol p)
{
    return p == AX_POSE_PAPER;
}

#endif
