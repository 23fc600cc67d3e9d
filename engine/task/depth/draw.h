/* Depth as colours: near is yellow and light, far is blue and dark, missing is light grey. Equal steps on the scale are
   equal ratios of depth and look equally large, because lightness rises evenly. */
#ifndef AX_TASK_DEPTH_DRAW_H
#define AX_TASK_DEPTH_DRAW_H

#include <stddef.h>
#include <stdint.h>

/* Ends of a scale, metres; 0 < near < far. */
typedef struct ax_depth_span {
    float near, far;
} ax_depth_span;

/* Range of the smallest to the largest depth of n pixels; 1 to 10 when there is none. */
ax_depth_span ax_depth_span_of(const float *depth, size_t n);
/* Values that aren't finite and positive are missing; values beyond an end get its colour. */
void ax_depth_color(float metres, ax_depth_span span, uint8_t rgb[3]);
/* rgb {n,3}. */
void ax_depth_draw(const float *depth, size_t n, ax_depth_span span, uint8_t *rgb);
/* Draws the prediction's error: too far in red, too near in blue, correct in black; full colour is a factor of
   AX_DEPTH_ERROR_MOST. Light grey: no truth. rgb {n,3}. */
#define AX_DEPTH_ERROR_MOST 1.5
void ax_depth_draw_error(const float *prediction, const float *truth, size_t n, uint8_t *rgb);
/* Draws the scale across the bottom of a picture {h,w,3}, with its ends in metres; nothing where there is no room. */
void ax_depth_draw_scale(uint8_t *rgb, int32_t h, int32_t w, ax_depth_span span);
/* "0.8 m yellow to 12 m blue", a caption; returns buf. */
const char *ax_depth_caption(ax_depth_span span, char buf[static 64]);

#endif
