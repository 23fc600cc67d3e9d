/* The figures of a candidate: one row per figure. From this list come ax_outcome, the fields of PROPOSED, SCORED,
   FINAL, snapshots and half-trained candidates, CSV and JSON, the table's columns, what it is sorted and filtered by,
   the cell and compare views, the Pareto fronts and the manual's table. A new figure is a row at the end, and the line
   that computes it. */
#ifndef AX_CANDIDATE_METRIC_H
#define AX_CANDIDATE_METRIC_H

#include "engine/candidate/tasks.h"

#include <stdbool.h>
#include <stddef.h>

/* How a figure is formatted, and its unit. */
typedef enum ax_metric_form { AX_FORM_SHARE, AX_FORM_COUNT, AX_FORM_SECONDS, AX_FORM_MS, AX_FORM_BYTES } ax_metric_form;
typedef enum ax_metric_better { AX_BETTER_NEITHER, AX_BETTER_HIGHER, AX_BETTER_LOWER } ax_metric_better;
/* Lines of the cell view that show figures. */
typedef enum ax_metric_line { AX_LINE_NONE, AX_LINE_REWARD, AX_LINE_SIZE, AX_LINE_TIME, AX_LINE_FINAL } ax_metric_line;

/* Bit masks of the tasks that have a figure. */
#define AX_EVERY_TASK (~0u)
#define AX_ONLY(id) (1u << AX_TASK_##id)

/* X(A, id, type, event, since, name, word, doc, tasks, form, column, span, fact, front), where A is handed through and
     type    REAL: a double, NAN = not known; WHOLE: an int64_t, not above 0 = not known
     event   that says it: PROPOSED, SCORED or FINAL
     since   FIRST: every file has it; LATER: older files don't, and a run may not measure it
     name    in events, snapshots, CSV and JSON: names and order of the rows are those of files, so they stay
     word    on the screens: to sort and filter by, and in the compare view
     tasks   that have it: AX_EVERY_TASK, or AX_ONLY(of one), which sets it in its score_take
     form    (what is better, form, digits of a share)
     column  (heading, place from left to right, width, importance: 1 is kept longest, whether the highest come first),
             (0): no column of the table
     span    width in the compare view, 0: not there
     fact    (line, before, after): what stands around it in the cell view
     front   (order of the fronts, field of CSV and JSON, title, the axis' label): its front against the reward;
             (0): none */
/* clang-format off */
#define AX_METRIC_LIST(X, A)                                                                                          \
    X(A, REWARD, REAL, SCORED, FIRST, reward, "reward", "what the search learns from", AX_EVERY_TASK,                 \
      (AX_BETTER_HIGHER, AX_FORM_SHARE, 4), ("REWARD", 2, 6, 1, true), 7, (AX_LINE_REWARD, "", ""), (0))              \
    X(A, MIOU, REAL, SCORED, FIRST, miou, "mIoU", "mean IoU", AX_ONLY(SEGMENTATION),                                  \
      (AX_BETTER_HIGHER, AX_FORM_SHARE, 3), ("mIoU", 3, 5, 3, true), 7, (AX_LINE_REWARD, "   mIoU ", ""), (0))        \
    X(A, FWIOU, REAL, SCORED, FIRST, fwiou, "fwIoU", "frequency-weighted IoU", AX_ONLY(SEGMENTATION),                 \
      (AX_BETTER_HIGHER, AX_FORM_SHARE, 3), ("fwIoU", 5, 5, 7, true), 7, (AX_LINE_REWARD, "  fwIoU ", ""), (0))       \
    X(A, ACCURACY, REAL, SCORED, FIRST, accuracy, "mAcc", "mean class accuracy", AX_ONLY(SEGMENTATION),               \
      (AX_BETTER_HIGHER, AX_FORM_SHARE, 3), ("mAcc", 4, 5, 7, true), 7, (AX_LINE_REWARD, "  mAcc ", ""), (0))         \
    X(A, LOSS, REAL, SCORED, FIRST, loss, "loss", "mean training loss of the last epoch", AX_EVERY_TASK,              \
      (AX_BETTER_NEITHER, AX_FORM_SHARE, 4), ("LOSS", 5, 6, 10, false), 7, (AX_LINE_REWARD, "  loss ", ""), (0))      \
    X(A, SECONDS, REAL, SCORED, FIRST, seconds, "time", "wall time", AX_EVERY_TASK,                                   \
      (AX_BETTER_LOWER, AX_FORM_SECONDS, 0), ("TIME", 11, 5, 3, true), 7, (AX_LINE_TIME, "", ""),                     \
      (4, "front_seconds", "time", "seconds (log)"))                                                                  \
    X(A, PARAMS, WHOLE, PROPOSED, FIRST, params, "params", "parameters, encoder and decoder", AX_EVERY_TASK,          \
      (AX_BETTER_LOWER, AX_FORM_COUNT, 0), ("PARAMS", 6, 7, 4, false), 8, (AX_LINE_SIZE, "", " parameters"),          \
      (1, "front_params", "params", "params (log)"))                                                                  \
    X(A, MACS, WHOLE, PROPOSED, FIRST, macs, "MACs", "multiply-adds at one validation image", AX_EVERY_TASK,          \
      (AX_BETTER_LOWER, AX_FORM_COUNT, 0), ("MACs", 7, 6, 5, false), 7, (AX_LINE_SIZE, ", ", " multiply-adds"),       \
      (2, "front_macs", "multiply-adds", "multiply-adds (log)"))                                                      \
    X(A, LATENCY, REAL, SCORED, LATER, latency_ms, "latency",                                                         \
      "time of one image through its network, as measured, milliseconds", AX_EVERY_TASK,                              \
      (AX_BETTER_LOWER, AX_FORM_MS, 0), ("LAT", 8, 6, 9, false), 9, (AX_LINE_SIZE, ", ", " an image"),                \
      (3, "front_latency", "latency", "milliseconds of inference (log)"))                                             \
    X(A, MEMORY, WHOLE, SCORED, FIRST, peak_bytes, "memory", "memory it was predicted to take at most",               \
      AX_EVERY_TASK,                                                                                                  \
      (AX_BETTER_LOWER, AX_FORM_BYTES, 0), (0), 0, (AX_LINE_TIME, ", memory ", ""), (0))                              \
    X(A, PCK, REAL, SCORED, LATER, pck, "PCK",                                                                        \
      "share of key points within half of the distance from neck to head top", AX_ONLY(POSE),                         \
      (AX_BETTER_HIGHER, AX_FORM_SHARE, 3), ("PCK", 3, 5, 3, true), 7, (AX_LINE_REWARD, "   PCK ", ""), (0))          \
    X(A, PCKH, REAL, SCORED, LATER, pckh, "PCKh", "PCKh@0.5 of MPII, where there are head boxes", AX_ONLY(POSE),      \
      (AX_BETTER_HIGHER, AX_FORM_SHARE, 3), ("PCKh", 4, 5, 7, true), 7, (AX_LINE_REWARD, "  PCKh ", ""), (0))         \
    X(A, AP, REAL, SCORED, LATER, ap, "AP", "average precision of COCO's key points, boxes given", AX_ONLY(POSE),     \
      (AX_BETTER_HIGHER, AX_FORM_SHARE, 3), ("AP", 4, 5, 4, true), 7, (AX_LINE_REWARD, "  AP ", ""), (0))             \
    X(A, AP50, REAL, SCORED, LATER, ap50, "AP50", "the same at a similarity of 0.5", AX_ONLY(POSE),                   \
      (AX_BETTER_HIGHER, AX_FORM_SHARE, 3), ("AP50", 5, 5, 7, true), 7, (AX_LINE_REWARD, "  AP50 ", ""), (0))         \
    X(A, RMSE, REAL, SCORED, LATER, rmse, "RMSE",                                                                     \
      "root mean squared error of depth, metres, all pixels as one set",                                              \
      AX_ONLY(DEPTH), (AX_BETTER_LOWER, AX_FORM_SHARE, 3), ("RMSE", 3, 6, 3, false), 7, (AX_LINE_REWARD, "   RMSE ", " m"), (0))\
    X(A, ABS_REL, REAL, SCORED, LATER, abs_rel, "absrel",                                                             \
      "error of depth as a share of the truth, mean over all pixels",                                                 \
      AX_ONLY(DEPTH), (AX_BETTER_LOWER, AX_FORM_SHARE, 3), ("ABSREL", 4, 6, 7, false), 7, (AX_LINE_REWARD, "  absrel ", ""), (0))\
    X(A, D1, REAL, SCORED, LATER, d1, "d1",                                                                           \
      "share of pixels whose depth is right within a factor of 1.25",                                                 \
      AX_ONLY(DEPTH), (AX_BETTER_HIGHER, AX_FORM_SHARE, 3), ("D1", 5, 5, 7, true), 7, (AX_LINE_REWARD, "  d1 ", ""), (0))\
    X(A, SILOG, REAL, SCORED, LATER, silog, "silog",                                                                  \
      "scale-invariant error of the logarithm of depth, times 100",                                                   \
      AX_ONLY(DEPTH), (AX_BETTER_LOWER, AX_FORM_SHARE, 2), ("SILOG", 4, 6, 11, false), 7, (AX_LINE_NONE, "", ""), (0))                       \
    X(A, RMSE_IMAGE, REAL, SCORED, LATER, rmse_image, "RMSEimg",                                                      \
      "root mean squared error of an image's depth, mean over images",                                                \
      AX_ONLY(DEPTH), (AX_BETTER_LOWER, AX_FORM_SHARE, 3), (0), 7, (AX_LINE_NONE, "", ""), (0))                       \
    X(A, ABS_REL_IMAGE, REAL, SCORED, LATER, abs_rel_image, "absrelimg",                                              \
      "error of depth as a share of the truth, mean of images' means",                                                \
      AX_ONLY(DEPTH), (AX_BETTER_LOWER, AX_FORM_SHARE, 3), (0), 0, (AX_LINE_NONE, "", ""), (0))                       \
    X(A, D1_IMAGE, REAL, SCORED, LATER, d1_image, "d1img",                                                            \
      "share of pixels right within 1.25, mean over images",                                                          \
      AX_ONLY(DEPTH), (AX_BETTER_HIGHER, AX_FORM_SHARE, 3), (0), 0, (AX_LINE_NONE, "", ""), (0))                      \
    X(A, RMSE_CONSTANT, REAL, SCORED, LATER, rmse_constant, "RMSEmean",                                               \
      "RMSE of predicting the truth's mean everywhere, metres",                                                       \
      AX_ONLY(DEPTH), (AX_BETTER_NEITHER, AX_FORM_SHARE, 3), (0), 7, (AX_LINE_REWARD, "  of mean ", " m"), (0))       \
    X(A, FINAL_MEAN, REAL, FINAL, LATER, final_mean, "final",                                                         \
      "mean reward of its trainings with fresh seeds, in the finals", AX_EVERY_TASK,          \
      (AX_BETTER_HIGHER, AX_FORM_SHARE, 4), ("FINAL", 2, 6, 2, true), 7, (AX_LINE_FINAL, "", ""), (0))                \
    X(A, FINAL_INTERVAL, REAL, FINAL, LATER, final_interval, "finalint",                                              \
      "half of that mean's 95 % interval, by Student's t", AX_EVERY_TASK,                                             \
      (AX_BETTER_LOWER, AX_FORM_SHARE, 4), ("+-95%", 2, 5, 4, false), 10, (AX_LINE_FINAL, " +- ", ""), (0))            \
    X(A, FINAL_BEST, REAL, FINAL, LATER, final_best, "pbest",                                                         \
      "probability that no other finalist is better, by those means", AX_EVERY_TASK,                                  \
      (AX_BETTER_HIGHER, AX_FORM_SHARE, 2), ("PBEST", 2, 5, 4, true), 7, (AX_LINE_FINAL, ", best with probability ", ""), (0))\
    X(A, FINAL_SEEDS, WHOLE, FINAL, LATER, final_seeds, "seeds", "number of fresh seeds in its mean", AX_EVERY_TASK,  \
      (AX_BETTER_NEITHER, AX_FORM_COUNT, 0), (0), 0, (AX_LINE_FINAL, ", seeds ", ""), (0))                            \
    X(A, SQ_REL, REAL, SCORED, LATER, sq_rel, "sqrel",                                                                \
      "squared error of depth by the truth, metres, mean over all pixels",                                            \
      AX_ONLY(DEPTH), (AX_BETTER_LOWER, AX_FORM_SHARE, 3), ("SQREL", 4, 5, 11, false), 7, (AX_LINE_NONE, "", ""), (0))\
    X(A, LOG10, REAL, SCORED, LATER, log10, "log10",                                                                  \
      "error of the decimal logarithm of depth, mean over all pixels",                                                \
      AX_ONLY(DEPTH), (AX_BETTER_LOWER, AX_FORM_SHARE, 4), ("LOG10", 4, 6, 11, false), 7, (AX_LINE_NONE, "", ""), (0))\
    X(A, D2, REAL, SCORED, LATER, d2, "d2",                                                                           \
      "share of pixels whose depth is right within a factor of 1.25^2",                                               \
      AX_ONLY(DEPTH), (AX_BETTER_HIGHER, AX_FORM_SHARE, 3), ("D2", 5, 5, 11, true), 7, (AX_LINE_NONE, "", ""), (0))   \
    X(A, D3, REAL, SCORED, LATER, d3, "d3",                                                                           \
      "share of pixels whose depth is right within a factor of 1.25^3",                                               \
      AX_ONLY(DEPTH), (AX_BETTER_HIGHER, AX_FORM_SHARE, 3), ("D3", 5, 5, 11, true), 7, (AX_LINE_NONE, "", ""), (0))
/* clang-format on */

#define AX_METRIC_ENUM(A, id, ...) AX_METRIC_##id,
typedef enum ax_metric { AX_METRIC_LIST(AX_METRIC_ENUM, ) AX_METRIC_COUNT } ax_metric;

typedef struct ax_metric_info {
    const char *name, *word, *doc;
    bool whole, final, later; /* final: an event FINAL carries it */
    size_t at;                /* offset in ax_outcome */
    unsigned tasks;           /* bits of ax_task_id */
    struct {
        ax_metric_better better;
        ax_metric_form form;
        int digits;
    } form;
    struct {
        const char *head; /* column heading; NULL: no column */
        int place, width, importance;
        bool down;
    } column;
    int span;
    struct {
        ax_metric_line line;
        const char *before, *after;
    } fact;
    struct {
        int order; /* order among the fronts; 0: no front */
        const char *flag, *title, *label;
    } front;
} ax_metric_info;

const ax_metric_info *ax_metric_of(ax_metric m);
bool ax_metric_is_of(ax_metric m, ax_task_id task);
/* The metric with the k-th front, counted from 1; AX_METRIC_COUNT: there are fewer. */
ax_metric ax_metric_front(int k);

#endif
