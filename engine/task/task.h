/* A task as a table: its truth and how that follows the image, its head, loss, prediction, scores, pictures, files, and
   its metadata in model files. Trainer, cache, stages, auxiliary heads, search and screens don't depend on the task. A
   new task is a folder here and a row in engine/candidate/tasks.h. */
#ifndef AX_TASK_TASK_H
#define AX_TASK_TASK_H

#include "engine/base/str.h"
#include "engine/candidate/outcome.h"
#include "engine/candidate/tasks.h"
#include "engine/config/settings.h"
#include "engine/op/judging.h"
#include "engine/space/decoder.h"
#include "engine/space/layer.h"
#include "engine/wire/maskfile.h"

enum { AX_TASK_OUTPUTS = 256, AX_TASK_OUTPUT_NAME = 32, AX_TASK_TARGETS = 2, AX_TASK_FILES = 3 };

typedef struct ax_task ax_task;

/* A data set's task, completed by the settings (ax_task.configure). */
typedef struct ax_task_spec {
    const ax_task *task;
    int32_t outputs; /* channels of the network's last convolution; for each of them: */
    char name[AX_TASK_OUTPUTS][AX_TASK_OUTPUT_NAME];
    uint8_t color[AX_TASK_OUTPUTS][3]; /* RGB */
    bool weighted;                     /* outputs have weights in the loss, made by ax_task.weigh */
    float weight[AX_TASK_OUTPUTS];
    union { /* fields of one task */
        struct {
            int32_t leave_out; /* output left out of the reward, -1 = none */
        } segmentation;
        struct {
            int32_t skeleton; /* index for ax_skeleton_at; it has `outputs` key points */
            int32_t protocol; /* ax_pose_protocol */
            int32_t crop;     /* side of a person's crop, the network's input */
        } pose;
        struct {
            float min, max; /* metres: truth strictly between them is valid, predictions are capped to them; max 0: from
                               the settings, or 10 */
            float unit;     /* metres per unit of the output */
            int32_t crop;   /* ax_depth_crop used in judging */
            int32_t loss;   /* ax_depth_loss */
        } depth;
    } of;
} ax_task_spec;

/* Position of a sample in its image along one axis: sample coordinate v corresponds to image coordinate from + step *
   v, both in pixels from the first pixel's edge, so that pixel i has its centre at i + 0.5. Mirrored: step < 0. */
typedef struct ax_cut {
    int32_t size; /* of the image along this axis */
    double from, step;
} ax_cut;

/* Position of a sample in its image. */
typedef struct ax_truth_cut {
    int32_t image_h, image_w, h, w; /* sizes of the image and of the sample */
    ax_cut y, x;
    const int32_t *row, *column; /* for each row and column of the sample the nearest one of the image, -1 = none */
    double scale;                /* random scale: how much nearer things seem; 1 in validation */
} ax_truth_cut;

/* A box in an image, whose view is predicted separately. */
typedef struct ax_task_box {
    double at[4]; /* x, y, width, height in pixels */
    double score; /* 1 when unknown */
} ax_task_box;

/* An image and its prediction. The network saw it with a margin to the right and below; h x w pixels count. */
typedef struct ax_prediction {
    const uint8_t *rgb; /* {h,w,3} */
    int32_t h, w, padded_h, padded_w;
    /* the plan's "prediction" for one image of padded_h x padded_w; or the findings of all views */
    const void *value;
    /* ---- for tasks that predict views ---- */
    const ax_task_box *box;
    size_t views;
    int64_t image_id; /* id in COCO's files, -1 = unknown */
} ax_prediction;

/* Members of a task that predicts parts of an image separately. */
typedef struct ax_task_view {
    int32_t (*side)(const ax_task_spec *spec); /* side of every view */
    /* Cuts the view of a box, RGB {side,side,3}, out of an image. */
    void (*cut)(const ax_task_spec *spec, const ax_prediction *image, const ax_task_box *box, uint8_t *view);
    /* The box whose view shows this truth. */
    void (*box)(const void *truth, ax_task_box *box);
    size_t found_bytes;
    /* Finds the content of a box's view. value: the plan's "prediction", which is modified; mirrored: the same for the
       mirrored view, NULL = not requested. */
    void (*find)(const ax_task_spec *spec, const ax_task_box *box, void *value, const void *mirrored, void *found);
} ax_task_view;

/* File writers supplied to the engine by the program (engine/command/program.h). */
typedef struct ax_task_writers {
    /* An 8-bit palette PNG with an index per pixel. Written whole or not at all. */
    ax_code (*write_mask)(const char *path, const uint8_t *mask, int32_t h, int32_t w, const uint8_t (*palette)[3],
                          int32_t colors, ax_err *err);
    /* RGB {h,w,3} as a PNG. */
    ax_code (*write_picture)(const char *path, const uint8_t *rgb, int32_t h, int32_t w, ax_err *err);
    /* Metres {h,w} as a 16-bit PNG, value / scale metres, 0 = missing; the scale is stored in the file. */
    ax_code (*write_depth)(const char *path, const float *metres, int32_t h, int32_t w, double scale, ax_err *err);
    /* The picture with the mask's colours blended over it, an RGB PNG. */
    ax_code (*write_overlay)(const char *path, const uint8_t *rgb, const uint8_t *mask, int32_t h, int32_t w,
                             const uint8_t (*palette)[3], int32_t colors, ax_err *err);
} ax_task_writers;

/* A file that predict writes for an image. */
typedef struct ax_task_file {
    const char *key;    /* key in --json; NULL: no file */
    const char *suffix; /* appended to the image's name, with the extension */
    bool overlay;       /* only with --overlay */
} ax_task_file;

#define AX_TASK_WEIGHTS "weights" /* input of the training step: {1,1,1,outputs} */

/* Called with one key-value pair of a model file's metadata. */
typedef void (*ax_task_say)(void *context, const char *key, const char *value);
/* The value of a metadata key of a model file; NULL = missing. */
typedef const char *(*ax_task_get)(const void *context, const char *key);

struct ax_task {
    ax_task_id id;

    /* Applies the settings that concern the task; data: the data set's name for messages. AX_EINVAL: a setting that
       doesn't fit this data set. */
    ax_code (*configure)(ax_task_spec *spec, const ax_settings *s, const char *data, ax_err *err);

    /* Adopts the meaning of a model's outputs, and values that the settings leave open (NULL settings: all). NULL =
       outputs have the same meaning in all models. */
    bool (*adopt)(ax_task_spec *spec, const ax_task_spec *model, const ax_settings *s);

    /* Whether samples are crops of images, judged at the size of stage 1's crops regardless of val_crop. */
    bool one_size;

    /* ---- truth of an image or a sample, in a block of memory without pointers ---- */
    size_t (*truth_bytes)(const ax_task_spec *spec, int32_t h, int32_t w);
    /* Makes the truth `to` of a sample from the truth of its image. */
    void (*cut)(const ax_task_spec *spec, const ax_truth_cut *c, const void *from, void *to);

    /* ---- the training step ---- */
    bool quiet;                          /* the outputs start near zero (ax_decoder_spec) */
    const char *target[AX_TASK_TARGETS]; /* the graph's inputs that hold the truth; NULL = no second one */
    /* Type of target k for n samples with logits of h x w. */
    ax_type (*target_type)(const ax_task_spec *spec, int k, int32_t n, int32_t h, int32_t w);
    /* Fills target k of one sample, for logits of h x w, from the truth of a sample of truth_h x truth_w. */
    void (*fill_target)(const ax_task_spec *spec, int k, const void *truth, int32_t truth_h, int32_t truth_w, void *to,
                        int32_t h, int32_t w);
    /* Computes the weight of each output in the loss, spec->weight, from target 0 of n samples of h x w. NULL: outputs
       have no weights, and class_weights is refused. */
    ax_code (*weigh)(ax_task_spec *spec, const void *const *target, size_t n, int32_t h, int32_t w, ax_err *err);
    /* Appends the loss of logits {n,h,w,outputs}, a scalar. With weights, they are in the graph's input
       AX_TASK_WEIGHTS. */
    ax_val (*loss)(const ax_layers *l, const ax_task_spec *spec, ax_val logits, const ax_val target[AX_TASK_TARGETS]);

    bool starts_at_one; /* the bias of the outputs starts at 1, not 0: for outputs that are positive quantities */

    /* ---- inference ---- */
    /* Turns a mirrored image's logits {h,w,outputs} into those of the image, still mirrored; NULL: no change is
       needed. */
    void (*mirrored)(const ax_task_spec *spec, float *logits, int32_t h, int32_t w);
    /* The same as a table: output k of the image is output other[k] of the mirrored one. Returns whether the maps are
       also shifted one column to the right. NULL when `mirrored` is. */
    bool (*mirror)(const ax_task_spec *spec, uint8_t other[AX_TASK_OUTPUTS]);
    bool scales; /* whether logits of a scaled image are, once resized, valid for the image, up to this factor: */
    /* The factor from the logits of an image enlarged by `scale` to the image's; NULL: 1. */
    float (*enlarged)(float factor);
    /* Appends the prediction for images of h x w: a value with the images along its first dimension. */
    ax_val (*predict)(ax_graph *g, const ax_task_spec *spec, ax_val logits, int32_t h, int32_t w, ax_err *err);

    const ax_task_view *view; /* NULL: images are predicted whole */

    /* ---- judging ---- */
    /* An empty account of scores; NULL: no memory. */
    void *(*score_new)(const ax_task_spec *spec, ax_err *err);
    /* Adds an image of h x w: its truth and its part of the prediction. The order of images doesn't matter. */
    ax_code (*score_add)(void *score, const ax_task_spec *spec, const void *truth, const void *prediction, int32_t h,
                         int32_t w, ax_err *err);
    /* Adds pixel counts {outputs, outputs}, truth by prediction, as a device can make them (ax_backend.confusion), for
       tasks whose score_add uses nothing else. NULL: not such a task. */
    void (*score_counts)(void *score, const uint64_t *count);
    /* For tasks that a device can measure by depth sums (ax_backend.depth_sums): describes the measurement for images
       of h x w; then adds an image's sums {AX_DEPTH_SUMS}, in image order. Both NULL: not such a task. Errors as in
       score_add. */
    ax_code (*judging)(const ax_task_spec *spec, int32_t h, int32_t w, ax_depth_judging *out, ax_err *err);
    ax_code (*score_sums)(void *score, const double *sums, ax_err *err);
    /* For tasks that a device can measure by peaks (ax_backend.peaks): describes the search for images of h x w (all
       but pointers and number); then adds an image by its peaks {outputs}. Both NULL: not such a task. Errors as in
       score_add. */
    void (*peaks)(const ax_task_spec *spec, int32_t h, int32_t w, ax_peak_search *out);
    ax_code (*score_peaks)(void *score, const ax_task_spec *spec, const void *truth, const ax_map_peak *peak, int32_t h,
                           int32_t w, ax_err *err);
    /* Computes the figures, reward included. AX_EDATA: nothing could be judged; the message says what is missing.
       AX_EFORMAT: predictions aren't finite. */
    ax_code (*score_take)(const void *score, const ax_task_spec *spec, ax_outcome *out, ax_err *err);
    void (*score_free)(void *score);
    /* Adds another account of images; NULL: figures of several accounts can't be combined. */
    void (*score_merge)(void *score, const void *other);
    /* Details beyond the figures, each NULL = none: lines for users (with Unicode characters or not), members of a JSON
       object, each preceded by a comma, and a table as CSV. */
    void (*score_text)(const void *score, const ax_task_spec *spec, bool unicode, ax_str *out);
    void (*score_json)(const void *score, const ax_task_spec *spec, ax_str *out);
    void (*score_csv)(const void *score, const ax_task_spec *spec, ax_str *out);
    /* The same table as a square picture {side,side} of shares, 0 to 255 (malloc, the caller frees it); NULL: no
       memory. */
    uint8_t *(*score_picture)(const void *score, const ax_task_spec *spec, int32_t *side);

    /* ---- pictures of truth and prediction in a run's mask files ---- */
    /* Fills in the meaning of the pictures' values and colours: classes, name, color (and channels). */
    void (*legend)(const ax_task_spec *spec, ax_maskfile *m);
    /* Draws the picture {h,w,channels} of a truth, or of a prediction. */
    void (*draw)(const ax_task_spec *spec, const void *value, bool prediction, int32_t h, int32_t w, uint8_t *out);
    /* Draws where a prediction is wrong, RGB {h,w,3}; NULL: not drawn. */
    void (*draw_error)(const ax_task_spec *spec, const void *truth, const void *prediction, int32_t h, int32_t w,
                       uint8_t *out);

    /* ---- files ---- */
    ax_task_file file[AX_TASK_FILES];
    /* Writes file k of a prediction. */
    ax_code (*write)(const ax_task_spec *spec, int k, const ax_prediction *p, const ax_task_writers *to,
                     const char *path, ax_err *err);
    /* Appends further members of predict's JSON object, each preceded by a comma; NULL = none. */
    void (*json)(const ax_task_spec *spec, const ax_prediction *p, ax_str *out);

    /* Write and read the task's metadata in a model file, except its name; file: for messages (AX_EFORMAT). */
    void (*describe)(const ax_task_spec *spec, ax_task_say say, void *context);
    ax_code (*parse)(ax_task_spec *spec, ax_task_get get, const void *context, const char *file, ax_err *err);
};

#define AX_TASK_DECLARE(id, name, ...) extern const ax_task ax_task_##name;
AX_TASK_LIST(AX_TASK_DECLARE)

/* id < AX_TASKS. */
const ax_task *ax_task_of(ax_task_id id);
/* The task of that name, the first one for ""; AX_EINVAL lists the names. */
const ax_task *ax_task_find(const char *name, ax_err *err);
/* Columns of the widest name of an output, for a table of them; at least `least`. */
int ax_task_name_columns(const ax_task_spec *spec, int least);
/* Whether a model has the outputs that a data set requires, all with the same names. AX_EINVAL names the first
   difference. model and data: their names in messages. */
ax_code ax_task_check_outputs(const ax_task_spec *ours, const ax_task_spec *its, const char *model, const char *data,
                              ax_err *err);
/* Number of targets of a training step. */
int ax_task_targets(const ax_task *t);

/* Appends the loss of a training step: logits and auxiliary logits are resized to h x w; the total is the task's loss
   of the logits, plus kd * MSE with the teacher's logits (teacher {0} = none), plus aux_weight * the task's loss of
   each auxiliary head. Keeps "loss" (the total), "loss.task", "loss.kd", "loss.aux.0" and so on. *loss: the total. */
ax_code ax_task_loss(ax_graph *g, const ax_task_spec *spec, const ax_decoder *d, const ax_val target[AX_TASK_TARGETS],
                     int32_t h, int32_t w, ax_val teacher, float kd, float aux_weight, ax_val *loss, ax_err *err);

#endif
