/* A training as ordered on the command line: what to train, how, and where to keep it. */
#ifndef AX_COMMAND_TRAIN_ORDER_H
#define AX_COMMAND_TRAIN_ORDER_H

#include "engine/base/output.h"
#include "engine/config/option.h"
#include "engine/config/settings.h"
#include "engine/space/genotype.h"

#include <limits.h>

enum { AX_TRAIN_SEEDS = 31 };

typedef struct ax_train_order {
    const char *of;     /* GENOTYPE or RUN:ID; NULL = not given */
    const char *preset; /* NULL = not given */
    const char *folder; /* folder of --state; NULL = none */
    const char *model;  /* file of -o; NULL: in the folder */
    const char *cache;  /* NULL: in the folder or, without one, in memory */
    int32_t seeds;      /* 0 = not given */
    bool resume;

    /* Filled in by ax_train_order_settle. */
    ax_settings settings; /* seed: that of the first training */
    ax_genotype genotype;
    int lock;         /* of the folder; -1 = none */
    bool made, begun; /* the folder was made; it holds the order */
    char model_path[PATH_MAX], cache_path[PATH_MAX];
    char run_path[PATH_MAX]; /* run of RUN:ID; "" = a genotype */
} ax_train_order;

/* Fills in the second half, and creates or takes over the folder. Settings come from a preset, a run's candidate, or
   the folder of a resumed training, and are overridden by those given. AX_EINVAL: contradictory options; AX_EBUSY:
   another process trains in the folder. Release the order even after a failure. */
ax_code ax_train_order_settle(ax_train_order *o, const ax_given *given, ax_err *err);
/* Writes the order into the folder, from when on it can be resumed; call it once nothing known speaks against it. */
ax_code ax_train_order_begin(ax_train_order *o, ax_err *err);
/* Removes the folder, too, if it was made for an order that never began. */
void ax_train_order_release(ax_train_order *o);
/* Registers files of the run and the folder, other than models, that no model may overwrite. */
ax_code ax_train_order_files(const ax_train_order *o, ax_files *files, ax_err *err);

/* File names for the training with this seed. Files in the folder have the seed in their name, and so does a model
   named by -o when there are several seeds. AX_EINVAL: too long. */
typedef enum ax_train_file { AX_TRAIN_MODEL, AX_TRAIN_STATE, AX_TRAIN_EPOCHS } ax_train_file;
ax_code ax_train_order_path(const ax_train_order *o, ax_train_file what, int64_t seed, char path[PATH_MAX],
                            ax_err *err);

#endif
