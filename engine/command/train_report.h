/* Output of auxcell train: a line per epoch, the best of a seed, the summary of several seeds. */
#ifndef AX_COMMAND_TRAIN_REPORT_H
#define AX_COMMAND_TRAIN_REPORT_H

#include "engine/command/epochs.h"

typedef struct ax_train_report {
    bool json, tty;
    int32_t stage1_epochs; /* epochs of stage 1; the others are of stage 2 */
    /* stage: the current one, 0 = none yet; before: epochs done before it, or by another process. */
    int32_t stage, before;
    double began; /* elapsed seconds of the training at that point */
    int plots;    /* width for plots below the lines, 0 = none */
    bool unicode;
    int drawn; /* lines of plots on the screen */
} ax_train_report;

/* Prints the line of a finished epoch; on a terminal with an estimate of the remaining time. */
void ax_report_epoch(ax_train_report *r, const ax_epochs *e, const ax_epoch *now);
/* Prints the best epoch of a seed, and its model. size: further facts about the network; ax_outcome_none: none. */
void ax_report_seed(const ax_train_report *r, const ax_epochs *e, const ax_outcome *size, const char *model);
/* Prints each figure of the task over the best epochs of n seeds: mean and 95 % interval of the mean. */
void ax_report_seeds(const ax_train_report *r, ax_task_id task, const ax_outcome *best, int32_t n);

/* Mean of n numbers and half-width of its 95 % interval by Student's t (Gosset, Biometrika 6, 1908); NAN for fewer than
   2. n: up to AX_INTERVAL_MOST. */
enum { AX_INTERVAL_MOST = 31 };
double ax_interval(const double *x, int32_t n, double *half);

#endif
