#include "engine/command/predict_views.h"

#include "engine/base/normalise.h"

#include <stdlib.h>
#include <string.h>

/* The image, normalised and padded with the mean (0) to the plan's size: when the strides divide the sides, resized
   taps align exactly. Without padding, images of 360x480 lose .004 of pixel accuracy (a network of CamVid). */
float *ax_view_input(const uint8_t *rgb, int32_t h, int32_t w, int32_t ph, int32_t pw)
{
    float *x = calloc((size_t)ph * (size_t)pw * 3, sizeof *x);
    size_t row = 3 * (size_t)w, padded_row = 3 * (size_t)pw;
    for (size_t i = 0; x && i < (size_t)h; i++)
        for (size_t k = 0; k < row; k++)
            x[padded_row * i + k] = ax_normalise((float)rgb[row * i + k], k % 3);
    return x;
}

static ax_code choose_boxes(const ax_view_choice *choice, const char *picture, ax_prediction *out, ax_err *err)
{
    ax_task_box *box = NULL;
    ax_code code = AX_OK;
    if (choice->boxes) {
        code = ax_boxes_of(choice->boxes, picture, &box, &out->views, &out->image_id, err);
    } else {
        const ax_task_box whole = { { 0, 0, out->w, out->h }, 1 };
        box = malloc(sizeof *box);
        code = box ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for boxes");
        if (box)
            *box = choice->one ? *choice->one : whole;
        out->views = box ? 1 : 0;
        out->image_id = ax_picture_number(picture);
    }
    out->box = box;
    return code;
}

static void mirror(uint8_t *rgb, int32_t h, int32_t w)
{
    for (int32_t y = 0; y < h; y++)
        for (int32_t a = 0, b = w - 1; a < b; a++, b--) {
            uint8_t pixel[3], *left = rgb + ((size_t)y * (size_t)w + (size_t)a) * 3;
            uint8_t *right = rgb + ((size_t)y * (size_t)w + (size_t)b) * 3;
            memcpy(pixel, left, 3);
            memcpy(left, right, 3);
            memcpy(right, pixel, 3);
        }
}

/* The network's output for a view (malloc, the caller frees it); NULL with an error. */
static void *run_view(ax_predictor *p, const uint8_t *view, int32_t side, ax_err *err)
{
    float *x = ax_view_input(view, side, side, side, side);
    void *value = malloc(ax_predictor_bytes(p));
    ax_code code = x && value ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for %dx%d pixels", side, side);
    if (code == AX_OK)
        code = ax_predictor_run(p, x, side, side, value, err);
    free(x);
    if (code == AX_OK)
        return value;
    free(value);
    return NULL;
}

static ax_code predict_view(ax_predictor *p, const ax_view_choice *choice, const ax_prediction *image, size_t i,
                            uint8_t *view, void *found, ax_err *err)
{
    const ax_task_spec *task = &p->info.task;
    const ax_task_view *how = task->task->view;
    int32_t side = how->side(task);
    how->cut(task, image, &image->box[i], view);
    void *value = run_view(p, view, side, err), *mirrored = NULL;
    ax_code code = value ? AX_OK : err->code;
    if (value && choice->flip) {
        mirror(view, side, side);
        mirrored = run_view(p, view, side, err);
        code = mirrored ? AX_OK : err->code;
    }
    if (code == AX_OK)
        how->find(task, &image->box[i], value, mirrored, found);
    free(value);
    free(mirrored);
    return code;
}

ax_code ax_predict_views(ax_predictor *p, const ax_view_choice *choice, const char *picture, ax_prediction *out,
                         ax_err *err)
{
    const ax_task_spec *task = &p->info.task;
    const ax_task_view *how = task->task->view;
    int32_t side = how->side(task);
    ax_code code = choose_boxes(choice, picture, out, err);
    if (code == AX_OK)
        code = ax_predictor_compile(p, side, side, err);
    if (code != AX_OK)
        return code;
    uint8_t *view = malloc((size_t)side * (size_t)side * 3);
    char *found = calloc(out->views + 1, how->found_bytes);
    out->value = found;
    if (!view || !found)
        code = ax_fail(err, AX_ENOMEM, "no memory for %zu views", out->views);
    for (size_t i = 0; i < out->views && code == AX_OK; i++)
        code = predict_view(p, choice, out, i, view, found + i * how->found_bytes, err);
    free(view);
    return code;
}
