/* Judges a model image by image: figures, their confidence intervals over images, and the worst images. */
#ifndef AX_COMMAND_EVAL_H
#define AX_COMMAND_EVAL_H

#include "engine/model/variants.h"
#include "engine/train/source.h"

typedef struct ax_interval {
    double low, high; /* NAN = unknown */
} ax_interval;

typedef struct ax_eval {
    const char *model, *data, *split_name; /* as given on the command line */
    ax_source *source;                     /* owned; its task is configured */
    ax_predictor *p;
    ax_variant_predictor *vp; /* owned */
    ax_split split;
    size_t n; /* number of images */
    size_t most_worst;
    bool show_progress;
    const char *dir; /* folder for files of the worst images; NULL = none */
    const ax_task_writers *writers;

    ax_outcome figures;
    ax_interval interval[AX_METRIC_COUNT]; /* 95 % bootstrap intervals of the figures over images */
    void *score;                           /* score of all images */
    struct ax_eval_worst {
        double reward; /* of this image alone */
        size_t image;
    } * worst; /* worst first */
    size_t n_worst;
} ax_eval;

/* Judges e->n images and fills in the members after `writers`. */
ax_code ax_eval_run(ax_eval *e, ax_err *err);
/* Registers every file that might be written, for any choice of worst images. */
ax_code ax_eval_name_files(const ax_eval *e, ax_files *f, ax_err *err);
void ax_eval_release(ax_eval *e);
void ax_eval_print_text(const ax_eval *e);
void ax_eval_print_json(const ax_eval *e);

#endif
