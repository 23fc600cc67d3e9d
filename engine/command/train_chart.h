/* Charts of a training: losses and rewards as bars in a line, and as plots. */
#ifndef AX_COMMAND_TRAIN_CHART_H
#define AX_COMMAND_TRAIN_CHART_H

#include "engine/command/epochs.h"

/* Appends "loss BARS 0.1234  reward BARS 0.4321" over all epochs, scaled from minimum to maximum; the numbers are the
   last epoch's loss and the best epoch's reward. Nothing before the first epoch; no rewards before the first one is
   known. unicode: blocks, else ASCII. */
void ax_train_chart(const ax_epochs *e, bool unicode, ax_str *out);

/* Appends two plots over the epochs, side by side in `cols` columns (nothing below AX_TRAIN_PLOT_COLS): the loss, and
   the reward with the task's first figure. Returns their number of lines: 0 before the second epoch. */
enum { AX_TRAIN_PLOT_COLS = 60, AX_TRAIN_PLOT_ROWS = 10 };
int ax_train_plots(const ax_epochs *e, int cols, bool unicode, ax_str *out);

#endif
