/* Predicts parts of an image, for tasks that predict views (ax_task.view). */
#ifndef AX_COMMAND_PREDICT_VIEWS_H
#define AX_COMMAND_PREDICT_VIEWS_H

#include "engine/command/boxes.h"
#include "engine/model/predictor.h"

/* The views: from a file, else a single box, else (both NULL) the whole image. */
typedef struct ax_view_choice {
    ax_boxes *boxes;
    const ax_task_box *one;
    bool flip; /* also predict each view mirrored */
} ax_view_choice;

/* Finds the content of the views of image out->rgb; fills in out->value and out->box (malloc both, the caller frees
   them), out->views and out->image_id. picture: the image's file. */
ax_code ax_predict_views(ax_predictor *p, const ax_view_choice *choice, const char *picture, ax_prediction *out,
                         ax_err *err);
/* An image in the network's format, {ph,pw,3} (malloc, the caller frees it): normalised, padded to the right and below.
   NULL without memory. */
float *ax_view_input(const uint8_t *rgb, int32_t h, int32_t w, int32_t ph, int32_t pw);

#endif
