#include "engine/task/segmentation/confusion_text.h"

#include "engine/task/segmentation/score.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { MATRIX = 60, LEAST_NAME = 20 }; /* most classes of a matrix that fits a terminal; columns of a name */

/* The share of a row's pixels as a shade. */
static const char *shade(double share, bool unicode)
{
    static const char *const blocks[] = { "\u00b7", "\u2591", "\u2592", "\u2593", "\u2588" }, *const letters[] = {
        ".", ":", "+", "#", "@"
    };
    int k = share < .005 ? -1 : share < .05 ? 0 : share < .2 ? 1 : share < .5 ? 2 : share < .8 ? 3 : 4;
    return k < 0 ? " " : unicode ? blocks[k] : letters[k];
}

static void matrix(const ax_confusion *c, const ax_task_spec *spec, bool unicode, ax_str *out)
{
    int names = ax_task_name_columns(spec, LEAST_NAME);
    ax_str_add(out, "\nof the pixels of each class (lines), what they are taken for (columns, in the same order)\n");
    for (int32_t k = 0; k < c->classes; k++) {
        const ax_class_figures f = ax_confusion_class(c, k);
        ax_str_add(out, "  ");
        ax_str_padded(out, spec->name[k], names + 1);
        for (int32_t j = 0; j < c->classes; j++) {
            const char *s = shade(f.truth ? (double)c->count[k * c->classes + j] / (double)f.truth : 0, unicode);
            ax_str_printf(out, "%s%s", s, s);
        }
        ax_str_add(out, "\n");
    }
}

static void figure(double v, ax_str *out)
{
    if (isnan(v))
        ax_str_printf(out, " %8s", "-");
    else
        ax_str_printf(out, " %8.4f", v);
}

void ax_confusion_text(const void *score, const ax_task_spec *spec, bool unicode, ax_str *out)
{
    const ax_confusion *c = score;
    const int names = ax_task_name_columns(spec, LEAST_NAME);
    double all = 0;
    for (int32_t k = 0; k < c->classes; k++)
        all += (double)ax_confusion_class(c, k).truth;
    ax_str_printf(out, "\n  %-*s %8s %8s %8s %9s\n", names, "class", "IoU", "accuracy", "pixels", "predicted");
    for (int32_t k = 0; k < c->classes; k++) {
        const ax_class_figures f = ax_confusion_class(c, k);
        ax_str_add(out, "  ");
        ax_str_padded(out, spec->name[k], names);
        figure(f.iou, out);
        figure(f.accuracy, out);
        ax_str_printf(out, " %6.2f %% %7.2f %%%s\n", all > 0 ? 100 * (double)f.truth / all : 0,
                      all > 0 ? 100 * (double)f.predicted / all : 0,
                      k == spec->of.segmentation.leave_out ? "  left out" : "");
    }
    if (c->classes <= MATRIX)
        matrix(c, spec, unicode, out);
}

void ax_confusion_json(const void *score, const ax_task_spec *spec, ax_str *out)
{
    const ax_confusion *c = score;
    ax_str_add(out, ",\"classes\":[");
    for (int32_t k = 0; k < c->classes; k++) {
        const ax_class_figures f = ax_confusion_class(c, k);
        ax_str_printf(out, "%s{\"name\":", k ? "," : "");
        ax_str_json(out, spec->name[k]);
        if (f.truth)
            ax_str_printf(out, ",\"iou\":%.6f,\"accuracy\":%.6f", f.iou, f.accuracy);
        else
            ax_str_add(out, ",\"iou\":null,\"accuracy\":null");
        ax_str_printf(out, ",\"truth\":%" PRIu64 ",\"predicted\":%" PRIu64 "}", f.truth, f.predicted);
    }
    ax_str_add(out, "],\"confusion\":[");
    for (int32_t k = 0; k < c->classes; k++) {
        ax_str_add(out, k ? ",[" : "[");
        for (int32_t j = 0; j < c->classes; j++)
            ax_str_printf(out, "%s%" PRIu64, j ? "," : "", c->count[k * c->classes + j]);
        ax_str_add(out, "]");
    }
    ax_str_add(out, "]");
}

void ax_confusion_csv(const void *score, const ax_task_spec *spec, ax_str *out)
{
    const ax_confusion *c = score;
    ax_str_add(out, "truth");
    for (int32_t k = 0; k < c->classes; k++) {
        ax_str_add(out, ",");
        ax_str_csv(out, spec->name[k]);
    }
    ax_str_add(out, "\n");
    for (int32_t k = 0; k < c->classes; k++) {
        ax_str_csv(out, spec->name[k]);
        for (int32_t j = 0; j < c->classes; j++)
            ax_str_printf(out, ",%" PRIu64, c->count[k * c->classes + j]);
        ax_str_add(out, "\n");
    }
}

uint8_t *ax_confusion_picture(const void *score, const ax_task_spec *spec, int32_t *side)
{
    enum { SQUARE = 16 };
    (void)spec;
    const ax_confusion *c = score;
    *side = c->classes * SQUARE;
    uint8_t *out = malloc((size_t)*side * (size_t)*side);
    for (int32_t y = 0; out && y < *side; y++) {
        int32_t k = y / SQUARE;
        double truth = (double)ax_confusion_class(c, k).truth;
        for (int32_t x = 0; x < *side; x++) {
            int32_t j = x / SQUARE;
            double share = truth > 0 ? (double)c->count[k * c->classes + j] / truth : 0;
            out[(size_t)y * (size_t)*side + (size_t)x] = (uint8_t)lround(255 * share);
        }
    }
    return out;
}
