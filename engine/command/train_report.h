/* What auxcell train says: a line per epoch, the best of a seed, what several seeds came to together. */
#ifndef AX_COMMAND_TRAIN_REPORT_H
#define AX_COMMAND_TRAIN_REPORT_H

#include "engine/command/epochs.h"

typedef struct ax_train_report {
    bool json, tty;
    int32_t stage1_epochs; /* of stage 1; the others are of stage 2 */
    int32_t stage, before; /* the stage, 0 = none yet, and epochs that were behind it or done by another process */
    double began;          /* seconds of the training at that point */
    int plots;             /* columns for plots below the lines, 0 = none */
    bool unicode;
    int drawn; /* lines of them that are on the screen */
} ax_train_report;

/* The line of an epoch that has just ended; on a terminal with how long the rest may take. */
void ax_report_epoch(ax_train_report *r, const ax_epochs *e, const ax_epoch *now);
/* The best epoch of a seed, and its model. size: what is known of the network besides; ax_outcome_none: nothing. */
void ax_report_seed(const ax_train_report *r, const ax_epochs *e, const ax_outcome *size, const char *model);
/* Each figure of the task over n seeds' best epochs: mean and 95 % interval of the mean. */
void ax_report_seeds(const ax_train_report *r, ax_task_id task, const ax_outcome *best, int32_t n);

/* Mean of n numbers, and half the width of its 95 % interval by Student's t: Gosset, Biometrika 6 (1908); NAN for fewer
   than 2. n: to AX_INTERVAL_MOST. */
enum { AX_INTERVAL_MOST = 31 };
double ax_interval(const double *x, int32_t n, double *half);

#endif
