/* The record of a training's epochs: a line of JSON each, in a file and on standard output, and which one was the best.
   A resumed training drops epochs behind its checkpoint, since they will be repeated. */
#ifndef AX_COMMAND_EPOCHS_H
#define AX_COMMAND_EPOCHS_H

#include "engine/base/str.h"
#include "engine/train/trainer.h"

/* Members as in ax_train_epoch; figures: the reward and the task's own, when it was judged. */
typedef struct ax_epoch {
    int32_t stage, epoch, epochs;
    double loss, lr_factor, seconds;
    bool judged, best; /* best: of all up to this one */
    ax_outcome figures;
} ax_epoch;

typedef struct ax_epochs {
    ax_task_id task;
    int64_t seed;
    ax_epoch *at; /* epoch k is at[k - 1] */
    int32_t n;
    size_t cap;
} ax_epochs;

void ax_epochs_release(ax_epochs *e);
/* Adds an epoch and drops any behind it; *added is valid until the next call. AX_ENOMEM. AX_EFORMAT: an earlier epoch
   is missing. */
ax_code ax_epochs_add(ax_epochs *e, const ax_train_epoch *now, const ax_epoch **added, ax_err *err);
const ax_epoch *ax_epochs_best(const ax_epochs *e); /* NULL: none was judged */
/* The line of an epoch with its newline; numbers are printed so that they read back exactly. */
void ax_epochs_line(const ax_epochs *e, const ax_epoch *one, ax_str *out);
/* Replace the file, or read it into e (task and seed are set); a missing file has no epochs. AX_EFORMAT names the
   line. */
ax_code ax_epochs_write(const ax_epochs *e, const char *path, ax_err *err);
ax_code ax_epochs_read(ax_epochs *e, const char *path, ax_err *err);

#endif
