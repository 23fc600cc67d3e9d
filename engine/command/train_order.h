/* A training that the command line asked for: what is trained, how, and where it is kept. */
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
    const char *folder; /* of --state; NULL = none */
    const char *model;  /* of -o; NULL: in the folder */
    const char *cache;  /* NULL: in the folder; without one in memory */
    int32_t seeds;      /* 0 = not given */
    bool resume;

    /* What ax_train_order_settle makes of it. */
    ax_settings settings; /* seed: of the first training */
    ax_genotype genotype;
    int lock; /* the folder; -1 = none */
    char model_path[PATH_MAX], cache_path[PATH_MAX];
    char run_path[PATH_MAX]; /* of RUN:ID; "" = a genotype */
} ax_train_order;

/* Fills in the second half, and begins the folder or takes it up. Settings come from a preset, a run's candidate, or
   the folder of a training that is resumed; those given come on top. AX_EINVAL: they don't fit together; AX_EBUSY:
   another process trains in the folder. To be released also after a failure. */
ax_code ax_train_order_settle(ax_train_order *o, const ax_given *given, ax_err *err);
void ax_train_order_release(ax_train_order *o);
/* Names what the run and the folder hold beside models: no model may land there. */
ax_code ax_train_order_files(const ax_train_order *o, ax_files *files, ax_err *err);

/* Files of the training with this seed. What is in the folder has its seed in its name; a model that -o names has it
   when there are several. AX_EINVAL: too long. */
typedef enum ax_train_file { AX_TRAIN_MODEL, AX_TRAIN_STATE, AX_TRAIN_EPOCHS } ax_train_file;
ax_code ax_train_order_path(const ax_train_order *o, ax_train_file what, int64_t seed, char path[PATH_MAX],
                            ax_err *err);

#endif
