/* Errors of predicted depth: sums for one image, and figures computed from many images' sums.

   An image's sums depend on that image alone and are added in double in pixel order; the meter keeps them apart and
   adds them in image order. So the figures are the same bits for any number of threads and any order of measuring. All
   depths are metres, float32, {h,w}. */
#ifndef AX_TASK_DEPTH_METRICS_H
#define AX_TASK_DEPTH_METRICS_H

#include "engine/base/err.h"
#include "engine/op/judging.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* id, name, unit ("" = a share or a ratio). With prediction p, truth t and l = ln p - ln t over the valid pixels:
   abs_rel |p - t| / t and sq_rel (p - t)^2 / t, means; rmse and rmse_log the roots of the means of (p - t)^2 and l^2;
   log10 the mean of |log10 p - log10 t|; silog 100 sqrt(mean l^2 - (mean l)^2); d1, d2, d3 the shares of pixels with
   max(p/t, t/p) below 1.25, 1.25^2, 1.25^3. Eigen, Puhrsch and Fergus (NeurIPS 2014), section 3; silog as KITTI's. */
#define AX_DEPTH_FIGURE_LIST(X)                                                                                        \
    X(ABS_REL, abs_rel, "")                                                                                            \
    X(SQ_REL, sq_rel, "m")                                                                                             \
    X(RMSE, rmse, "m")                                                                                                 \
    X(RMSE_LOG, rmse_log, "")                                                                                          \
    X(LOG10, log10, "")                                                                                                \
    X(SILOG, silog, "")                                                                                                \
    X(D1, d1, "")                                                                                                      \
    X(D2, d2, "")                                                                                                      \
    X(D3, d3, "")

#define AX_DEPTH_FIGURE_ENUM(id, name, unit) AX_DEPTH_##id,
typedef enum ax_depth_figure { AX_DEPTH_FIGURE_LIST(AX_DEPTH_FIGURE_ENUM) AX_DEPTH_FIGURES } ax_depth_figure;

/* "abs_rel" and so on. */
const char *ax_depth_figure_name(ax_depth_figure f);

typedef struct ax_depth_figures {
    double value[AX_DEPTH_FIGURES]; /* all NAN: no valid pixel */
} ax_depth_figures;

/* The part of an image that is measured: rows top .. bottom - 1, columns left .. right - 1. */
typedef struct ax_depth_window {
    int32_t top, bottom, left, right;
} ax_depth_window;

/* The crops of published figures. id, name. */
#define AX_DEPTH_CROP_LIST(X)                                                                                          \
    X(NONE, "none")                                                                                                    \
    X(NYU, "nyu")                                                                                                      \
    X(GARG, "garg")                                                                                                    \
    X(EIGEN, "eigen")
#define AX_DEPTH_CROP_ENUM(id, name) AX_DEPTH_CROP_##id,
typedef enum ax_depth_crop { AX_DEPTH_CROP_LIST(AX_DEPTH_CROP_ENUM) AX_DEPTH_CROPS } ax_depth_crop;

/* The crop's window in an image of h x w. nyu (Eigen's of NYU Depth v2) is for 480 rows of 640; garg and eigen (both of
   KITTI) are fractions of height and width, rounded down to whole pixels. AX_EINVAL: the crop isn't defined for this
   size. */
ax_code ax_depth_crop_window(ax_depth_crop crop, int32_t h, int32_t w, ax_depth_window *out, ax_err *err);

/* Range of valid depth: truth must be strictly inside. Predictions are capped to it, NaN to min. */
typedef struct ax_depth_range {
    float min, max;
} ax_depth_range;

/* Sums of one image. */
typedef struct ax_depth_sums {
    uint64_t pixels;     /* number of valid pixels */
    uint64_t not_finite; /* predictions anywhere in the image that are NaN or infinite */
    double abs_rel, sq_rel, square, log10, log, log_square;
    double truth, truth_square; /* sums of t and t^2 */
    uint64_t within[3];         /* counts for d1, d2, d3 */
    uint64_t plain_pixels;      /* pixels without crop and caps: prediction finite, truth finite and not 0 */
    double plain_square;        /* sum of squares of |p| - t over those */
} ax_depth_sums;

/* Computes the sums of one image of h x w. */
ax_depth_sums ax_depth_measure(const float *prediction, const float *truth, int32_t h, int32_t w,
                               const ax_depth_window *window, const ax_depth_range *range);
/* Converts the sums measured by a device. */
ax_depth_sums ax_depth_sums_from(const double sums[AX_DEPTH_SUMS]);
/* Figures of one set of pixels. */
ax_depth_figures ax_depth_figures_of(const ax_depth_sums *s);

/* Collects the sums of a set of images. */
typedef struct ax_depth_meter {
    ax_depth_sums *image; /* one per image; owned */
    bool *there;
    size_t images, room;
    bool short_of_memory; /* an appended image was lost for lack of memory */
} ax_depth_meter;

ax_code ax_depth_meter_init(ax_depth_meter *m, size_t images, ax_err *err);
void ax_depth_meter_release(ax_depth_meter *m);
/* Appends an image, for a caller that delivers images in order. */
ax_code ax_depth_meter_append(ax_depth_meter *m, const ax_depth_sums *s, ax_err *err);
/* Sets image `index`. Any order; several threads may set different images. */
void ax_depth_meter_put(ax_depth_meter *m, size_t image, const ax_depth_sums *s);
/* Copies the images that `from` has; both must be of the same set. */
void ax_depth_meter_merge(ax_depth_meter *m, const ax_depth_meter *from);

typedef struct ax_depth_report {
    ax_depth_figures per_image; /* plain means over the images with valid pixels */
    ax_depth_figures pooled;    /* all valid pixels of all images as one set */
    double constant_rmse;       /* pooled RMSE of the best constant prediction, the mean truth of these pixels; NAN */
    double lineage_rmse;        /* pooled RMSE of |p| against t without crop and caps, as DenseTorch reports it; NAN */
    uint64_t pixels, not_finite;
    size_t measured, without_truth; /* number of images */
} ax_depth_report;

/* Computes the figures over all images that were put. */
ax_depth_report ax_depth_meter_report(const ax_depth_meter *m);

/* The reward that a search maximises, and its factors, each from 0 to 1 with 1 perfect. From pooled figures; NAN
   without a valid pixel. */
typedef struct ax_depth_reward {
    double d1;
    double ratio;    /* 1 / (1 + abs_rel) */
    double distance; /* 1 / (1 + rmse / constant_rmse): 0.5 equals the best constant */
    double reward;   /* cube root of their product */
} ax_depth_reward;
ax_depth_reward ax_depth_reward_of(const ax_depth_report *r);

#endif
