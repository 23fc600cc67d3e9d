/* The epochs of a training as they went: a line of JSON each, in a file and on standard output, and which was the best.
   A training that is gone on with takes back the epochs behind its state, for they come again. */
#ifndef AX_COMMAND_EPOCHS_H
#define AX_COMMAND_EPOCHS_H

#include "engine/base/str.h"
#include "engine/train/trainer.h"

/* As ax_train_epoch; figures holds the reward and the task's own when it was judged. */
typedef struct ax_epoch {
    int32_t stage, epoch, epochs;
    double loss, lr_factor, seconds;
    bool judged, best; /* best: of all up to it */
    ax_outcome figures;
} ax_epoch;

typedef struct ax_epochs {
    ax_task_id task;
    int64_t seed;
    ax_epoch *at; /* epoch k is at[k - 1] */
    int32_t n, cap;
} ax_epochs;

void ax_epochs_release(ax_epochs *e);
/* Adds an epoch, behind which there are none any more; *added lives until the next one. AX_ENOMEM. AX_EFORMAT: one
   before it is missing. */
ax_code ax_epochs_add(ax_epochs *e, const ax_train_epoch *now, const ax_epoch **added, ax_err *err);
const ax_epoch *ax_epochs_best(const ax_epochs *e); /* NULL: none was judged */
/* The line of an epoch, with its newline: numbers read back as they are. */
void ax_epochs_line(const ax_epochs *e, const ax_epoch *one, ax_str *out);
/* Replaces the file, or fills e (of which task and seed are set) from it; no file is no epochs. AX_EFORMAT names the
   line. */
ax_code ax_epochs_write(const ax_epochs *e, const char *path, ax_err *err);
ax_code ax_epochs_read(ax_epochs *e, const char *path, ax_err *err);

#endif
