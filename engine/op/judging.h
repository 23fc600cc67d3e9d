/* Work of a device on predictions, beyond operations: averaging several views, measuring depth errors, finding peaks of
   maps. Valid C and CUDA. */
#ifndef AX_OP_JUDGING_H
#define AX_OP_JUDGING_H

#include <stddef.h>
#include <stdint.h>

/* Sums over an image's pixels, as in engine/task/depth/metrics.h: number of valid pixels and of predictions that aren't
   finite, sums over the valid pixels, number within 1.25, 1.25^2, 1.25^3, and number and squares without crop and
   caps. */
typedef enum ax_depth_sum {
    AX_SUM_PIXELS,
    AX_SUM_NOT_FINITE,
    AX_SUM_ABS_REL,
    AX_SUM_SQ_REL,
    AX_SUM_SQUARE,
    AX_SUM_LOG10,
    AX_SUM_LOG,
    AX_SUM_LOG_SQUARE,
    AX_SUM_TRUTH,
    AX_SUM_TRUTH_SQUARE,
    AX_SUM_WITHIN,
    AX_SUM_PLAIN_PIXELS = AX_SUM_WITHIN + 3,
    AX_SUM_PLAIN_SQUARE,
    AX_DEPTH_SUMS
} ax_depth_sum;

/* Images of h x w. Truth is in metres, and so are predictions times unit. Only rows top .. bottom - 1 and columns left
   .. right - 1 count, where truth is between min and max; predictions are capped to this range, NaN to min. */
typedef struct ax_depth_judging {
    const float *truth, *prediction; /* {images,h,w} */
    double *sums;                    /* {images, AX_DEPTH_SUMS} */
    size_t images;
    int32_t h, w, top, bottom, left, right;
    float unit, min, max;
    int32_t unused; /* no padding */
} ax_depth_judging;

/* The maximum of a map, the first in row order; (0, 0) when it is NAN. */
typedef struct ax_map_peak {
    double near[3][3]; /* rows y - 1 to y + 1, columns x - 1 to x + 1 of the smoothed map, edges repeated; 0 unless
                          value > 0 */
    float value;
    int32_t x, y;
    int32_t unused; /* no padding */
} ax_map_peak;

enum { AX_PEAK_TAPS = 11 };

/* Finds the peak of each map. Maps are first smoothed with the separable filter `bell`, an odd number of taps (1: no
   smoothing), reflected at the edges without repeating them. Sums go in row order, so that every device gets the same
   bits. */
typedef struct ax_peak_search {
    const float *maps; /* {images,h,w,c} */
    ax_map_peak *peak; /* {images,c} */
    size_t images;
    int32_t h, w, c, taps;
    double bell[AX_PEAK_TAPS];
} ax_peak_search;

enum { AX_VIEW_CHANNELS = 256 };

/* to = share * from, or (add) to += share * from, for maps {n,h,w,c}. Mirrored: column x of `to` is column w - 1 - x of
   `from`, or the column to the right of that, where it exists, when shifted; channel k is channel other[k]. */
typedef struct ax_view_share {
    const float *from;
    float *to;
    size_t elements; /* n * h * w * c */
    int32_t w, c;
    float share;
    int32_t add, mirrored, shifted;
    uint8_t other[AX_VIEW_CHANNELS];
} ax_view_share;

#endif
