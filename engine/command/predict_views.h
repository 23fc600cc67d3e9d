/* Predictions of parts of an image, for tasks that look at views only (ax_task.view). */
#ifndef AX_COMMAND_PREDICT_VIEWS_H
#define AX_COMMAND_PREDICT_VIEWS_H

#include "engine/command/boxes.h"
#include "engine/model/predictor.h"

/* Which views: those of a file, else the one, else (both NULL) the whole image. */
typedef struct ax_view_choice {
    ax_boxes *boxes;
    const ax_task_box *one;
    bool flip; /* also each view mirrored */
} ax_view_choice;

/* What is found in the views of the image out->rgb, into out->value, out->box (malloc both, caller frees), out->views
   and out->image_id; picture: the image's file. */
ax_code ax_predict_views(ax_predictor *p, const ax_view_choice *choice, const char *picture, ax_prediction *out,
                         ax_err *err);
/* An image as a network takes it, {ph,pw,3} (malloc, caller frees): normalised, with a margin to the right and below.
   NULL without memory. */
float *ax_view_input(const uint8_t *rgb, int32_t h, int32_t w, int32_t ph, int32_t pw);

#endif
