/* What a network is trained to do, as a table: its truth and how that follows the image, its head, its loss, what it
   predicts, how that is judged, drawn and written, and what a model file says of it. Trainer, cache, stages, auxiliary
   heads, search and screens know no task; a new one is a folder here and a row in engine/candidate/tasks.h. */
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

/* A task as a data set poses it, to which the settings add what they say (ax_task.configure). */
typedef struct ax_task_spec {
    const ax_task *task;
    int32_t outputs; /* channels of the network's last convolution; of each of them: */
    char name[AX_TASK_OUTPUTS][AX_TASK_OUTPUT_NAME];
    uint8_t color[AX_TASK_OUTPUTS][3]; /* RGB */
    bool weighted;                     /* in the loss outputs count by weight, which ax_task.weigh makes */
    float weight[AX_TASK_OUTPUTS];
    union { /* what belongs to one task alone */
        struct {
            int32_t leave_out; /* the output that the reward leaves out, -1 = none */
        } segmentation;
        struct {
            int32_t skeleton; /* ax_skeleton_at: it has as many key points as outputs */
            int32_t protocol; /* ax_pose_protocol */
            int32_t crop;     /* side of what the network sees of a person */
        } pose;
        struct {
            float min, max; /* metres: truth strictly between them counts, predictions are capped to them; max 0: the
                               settings' or 10 */
            float unit;     /* metres that an output of 1 means */
            int32_t crop;   /* ax_depth_crop of judging */
            int32_t loss;   /* ax_depth_loss */
        } depth;
    } of;
} ax_task_spec;

/* Where an axis of a sample is in its image: the sample's coordinate v is the image's from + step * v, both in pixels
   from the first one's edge, so that pixel i has its centre at i + 0.5. Mirrored: step < 0. */
typedef struct ax_cut {
    int32_t size; /* of the image along this axis */
    double from, step;
} ax_cut;

/* Where a sample is in its image. */
typedef struct ax_truth_cut {
    int32_t image_h, image_w, h, w; /* of the image; of the sample */
    ax_cut y, x;
    const int32_t *row, *column; /* of each of the sample's rows and columns the image's nearest one, -1 = none */
    double scale;                /* that was drawn at random: how much nearer things seem; 1 in validation */
} ax_truth_cut;

/* A box in an image, whose view is predicted by itself. */
typedef struct ax_task_box {
    double at[4]; /* x, y, width, height in pixels */
    double score; /* 1 where nothing says one */
} ax_task_box;

/* An image and what was predicted of it: the network saw it with a margin to the right and below, h x w of it count. */
typedef struct ax_prediction {
    const uint8_t *rgb; /* {h,w,3} */
    int32_t h, w, padded_h, padded_w;
    /* Of the plan's "prediction", of one image of padded_h x padded_w; or of each view what was found. */
    const void *value;
    /* ---- of a task that looks at views only ---- */
    const ax_task_box *box;
    size_t views;
    int64_t image_id; /* in COCO's files, -1 = not known */
} ax_prediction;

/* How a task predicts that looks at parts of an image, each by itself. */
typedef struct ax_task_view {
    int32_t (*side)(const ax_task_spec *spec); /* of all views */
    /* Cuts the view of a box, RGB {side,side,3}, out of an image. */
    void (*cut)(const ax_task_spec *spec, const ax_prediction *image, const ax_task_box *box, uint8_t *view);
    /* The box whose view a truth is of. */
    void (*box)(const void *truth, ax_task_box *box);
    size_t found_bytes;
    /* Finds what the view of a box shows. value: of the plan's "prediction", changed on the way; mirrored: the same of
       the view mirrored, NULL = it wasn't asked for. */
    void (*find)(const ax_task_spec *spec, const ax_task_box *box, void *value, const void *mirrored, void *found);
} ax_task_view;

/* Writers of files, which the engine has from outside (engine/command/program.h). */
typedef struct ax_task_writers {
    /* An 8-bit palette PNG, each pixel an index. The file appears whole or not at all. */
    ax_code (*write_mask)(const char *path, const uint8_t *mask, int32_t h, int32_t w, const uint8_t (*palette)[3],
                          int32_t colors, ax_err *err);
    /* RGB {h,w,3} as a PNG. */
    ax_code (*write_picture)(const char *path, const uint8_t *rgb, int32_t h, int32_t w, ax_err *err);
    /* Metres {h,w} as a 16-bit PNG, value / scale metres, 0 = missing; the file says its scale. */
    ax_code (*write_depth)(const char *path, const float *metres, int32_t h, int32_t w, double scale, ax_err *err);
    /* The picture with the mask's colours blended over it, an RGB PNG. */
    ax_code (*write_overlay)(const char *path, const uint8_t *rgb, const uint8_t *mask, int32_t h, int32_t w,
                             const uint8_t (*palette)[3], int32_t colors, ax_err *err);
} ax_task_writers;

/* A file that predict writes for an image. */
typedef struct ax_task_file {
    const char *key;    /* in --json; NULL: there is no such file */
    const char *suffix; /* behind the image's name, with the ending */
    bool overlay;       /* only with --overlay */
} ax_task_file;

#define AX_TASK_WEIGHTS "weights" /* an input of the training step: {1,1,1,outputs} */

/* Hands one pair of a model file's metadata on. */
typedef void (*ax_task_say)(void *context, const char *key, const char *value);
/* The value of a key of a model file's metadata, NULL = it isn't there. */
typedef const char *(*ax_task_get)(const void *context, const char *key);

struct ax_task {
    ax_task_id id;

    /* Takes from the settings what concerns the task; data names the data set for messages. AX_EINVAL: a setting that
       this data set can't follow. */
    ax_code (*configure)(ax_task_spec *spec, const ax_settings *s, const char *data, ax_err *err);

    /* Takes from a model what its outputs mean, and from there what the settings leave open (NULL: they leave nothing
       open). NULL = outputs mean the same in all models. */
    bool (*adopt)(ax_task_spec *spec, const ax_task_spec *model, const ax_settings *s);

    /* Whether images come cut out, and are judged at the size of stage 1's crops, whatever val_crop says. */
    bool one_size;

    /* ---- truth: what is known of an image or of a sample of it, in a block of memory without pointers ---- */
    size_t (*truth_bytes)(const ax_task_spec *spec, int32_t h, int32_t w);
    /* Makes the truth `to` of a sample from that of its image. */
    void (*cut)(const ax_task_spec *spec, const ax_truth_cut *c, const void *from, void *to);

    /* ---- the training step ---- */
    bool quiet;                          /* the outputs begin near zero (ax_decoder_spec) */
    const char *target[AX_TASK_TARGETS]; /* the graph's inputs that hold the truth; NULL = there is no second one */
    /* Type of target k for n samples, where logits are h x w. */
    ax_type (*target_type)(const ax_task_spec *spec, int k, int32_t n, int32_t h, int32_t w);
    /* Fills target k of one sample, for logits of h x w, from the truth of a sample of truth_h x truth_w. */
    void (*fill_target)(const ax_task_spec *spec, int k, const void *truth, int32_t truth_h, int32_t truth_w, void *to,
                        int32_t h, int32_t w);
    /* What each output counts in the loss, into spec->weight, from target 0 of n samples of h x w. NULL: outputs have
       no weights, and class_weights is refused. */
    ax_code (*weigh)(ax_task_spec *spec, const void *const *target, size_t n, int32_t h, int32_t w, ax_err *err);
    /* Appends the loss of logits {n,h,w,outputs}, a scalar; with weights, the graph's input AX_TASK_WEIGHTS has them.
     */
    ax_val (*loss)(const ax_layers *l, const ax_task_spec *spec, ax_val logits, const ax_val target[AX_TASK_TARGETS]);

    bool starts_at_one; /* the bias of the outputs starts as 1, not 0: what is learned is a size, and none is 0 */

    /* ---- the network as it is used ---- */
    /* Makes of the logits {h,w,outputs} of a mirrored image those of the image, mirrored; NULL: they are. */
    void (*mirrored)(const ax_task_spec *spec, float *logits, int32_t h, int32_t w);
    /* The same as a table: other[k] is which output of the mirrored image is output k; returns whether they are one
       column further to the right, too. NULL where `mirrored` is. */
    bool (*mirror)(const ax_task_spec *spec, uint8_t other[AX_TASK_OUTPUTS]);
    bool scales; /* whether the logits of a scaled image say something of the image, resized and times: */
    /* By what the logits of an image enlarged by a factor are multiplied to be the image's; NULL: 1. */
    float (*enlarged)(float factor);
    /* Appends what is predicted of images of h x w: a value with the images along its first dimension. */
    ax_val (*predict)(ax_graph *g, const ax_task_spec *spec, ax_val logits, int32_t h, int32_t w, ax_err *err);

    const ax_task_view *view; /* NULL: images are predicted whole */

    /* ---- judging ---- */
    /* An empty account; NULL: no memory. */
    void *(*score_new)(const ax_task_spec *spec, ax_err *err);
    /* Adds an image of h x w: its truth and its part of the prediction. The order of images doesn't matter. */
    ax_code (*score_add)(void *score, const ax_task_spec *spec, const void *truth, const void *prediction, int32_t h,
                         int32_t w, ax_err *err);
    /* Adds counts {outputs, outputs} of pixels, truth by prediction, where that is all that score_add looks at: a
       device can count them (ax_backend.confusion). NULL: it isn't. */
    void (*score_counts)(void *score, const uint64_t *count);
    /* Where a device can measure depths (ax_backend.depth_sums): what of images of h x w is to be measured, and then
       adds an image's sums {AX_DEPTH_SUMS}, in the order of the images. NULL, both: there are none. Errors as of
       score_add.
     */
    ax_code (*judging)(const ax_task_spec *spec, int32_t h, int32_t w, ax_depth_judging *out, ax_err *err);
    ax_code (*score_sums)(void *score, const double *sums, ax_err *err);
    /* Where a device can find peaks (ax_backend.peaks), and that is all that score_add looks at: how, of images of h x
       w (all but pointers and number), and then adds an image of which they were found: peak {outputs}. NULL, both:
       there are none. Errors as of score_add. */
    void (*peaks)(const ax_task_spec *spec, int32_t h, int32_t w, ax_peak_search *out);
    ax_code (*score_peaks)(void *score, const ax_task_spec *spec, const void *truth, const ax_map_peak *peak, int32_t h,
                           int32_t w, ax_err *err);
    /* The figures, the reward among them. AX_EDATA: nothing could be judged; the message says what is missing.
       AX_EFORMAT: what was predicted isn't finite. */
    ax_code (*score_take)(const void *score, const ax_task_spec *spec, ax_outcome *out, ax_err *err);
    void (*score_free)(void *score);
    /* Adds another account of images; NULL: figures of several accounts don't add up. */
    void (*score_merge)(void *score, const void *other);
    /* What is known beyond the figures, each NULL = nothing: lines for a person (in characters of Unicode or not),
       members of a JSON object with a comma before each, a table as CSV. */
    void (*score_text)(const void *score, const ax_task_spec *spec, bool unicode, ax_str *out);
    void (*score_json)(const void *score, const ax_task_spec *spec, ax_str *out);
    void (*score_csv)(const void *score, const ax_task_spec *spec, ax_str *out);
    /* The same table as a square picture {side,side} of shares, 0 to 255 (malloc, caller frees); NULL: no memory. */
    uint8_t *(*score_picture)(const void *score, const ax_task_spec *spec, int32_t *side);

    /* ---- pictures of truth and prediction, in a run's mask files ---- */
    /* What the pictures' values and colours are: fills in classes, name, color (and channels). */
    void (*legend)(const ax_task_spec *spec, ax_maskfile *m);
    /* The picture {h,w,channels} of a truth, or of a prediction. */
    void (*draw)(const ax_task_spec *spec, const void *value, bool prediction, int32_t h, int32_t w, uint8_t *out);
    /* Where a prediction is wrong, RGB {h,w,3}; NULL: it isn't drawn. */
    void (*draw_error)(const ax_task_spec *spec, const void *truth, const void *prediction, int32_t h, int32_t w,
                       uint8_t *out);

    /* ---- files ---- */
    ax_task_file file[AX_TASK_FILES];
    /* Writes file k of a prediction. */
    ax_code (*write)(const ax_task_spec *spec, int k, const ax_prediction *p, const ax_task_writers *to,
                     const char *path, ax_err *err);
    /* Further members of predict's JSON object, each with a comma before it; NULL = none. */
    void (*json)(const ax_task_spec *spec, const ax_prediction *p, ax_str *out);

    /* What a model file says of its task besides its name, and the reverse; file is for messages (AX_EFORMAT). */
    void (*describe)(const ax_task_spec *spec, ax_task_say say, void *context);
    ax_code (*parse)(ax_task_spec *spec, ax_task_get get, const void *context, const char *file, ax_err *err);
};

#define AX_TASK_DECLARE(id, name) extern const ax_task ax_task_##name;
AX_TASK_LIST(AX_TASK_DECLARE)

/* id < AX_TASKS. */
const ax_task *ax_task_of(ax_task_id id);
/* The task of that name, the first one for ""; AX_EINVAL lists what there is. */
const ax_task *ax_task_find(const char *name, ax_err *err);
/* Whether a model has the outputs that a data set asks for, all by their names: AX_EINVAL says which differ. model and
   data are what messages call the two. */
ax_code ax_task_check_outputs(const ax_task_spec *ours, const ax_task_spec *its, const char *model, const char *data,
                              ax_err *err);
/* How many targets a training step has. */
int ax_task_targets(const ax_task *t);

/* Appends the loss of a training step: logits and auxiliary logits resized to h x w, the task's loss of each,
   kd * MSE with the teacher's logits (teacher {0} = none), aux_weight * that of each auxiliary head. Keeps "loss" (the
   total), "loss.task", "loss.kd", "loss.aux.0" and so on. The total is *loss. */
ax_code ax_task_loss(ax_graph *g, const ax_task_spec *spec, const ax_decoder *d, const ax_val target[AX_TASK_TARGETS],
                     int32_t h, int32_t w, ax_val teacher, float kd, float aux_weight, ax_val *loss, ax_err *err);

#endif
