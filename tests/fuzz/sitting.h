/* A training of the smallest network on the smallest data; the target inflight reads its state, and seeds.c writes
   it. */
#ifndef TESTS_FUZZ_SITTING_H
#define TESTS_FUZZ_SITTING_H

#include "data/open.h"
#include "engine/train/trainer.h"

#include <stdlib.h>

/* A trainer that lives as long as the program, and a job for it. */
static inline ax_trainer *sitting_new(ax_train_job *job)
{
    static const char *const small[][2] = { { "train-samples", "4" }, { "val-samples", "1" }, { "crop", "32" },
                                            { "val-crop", "32" },     { "batch", "2" },       { "epochs", "2" },
                                            { "channels", "8" },      { "stages", "1" },      { "threads", "1" },
                                            { "device", "cpu" } };
    ax_settings s;
    ax_genotype g;
    ax_source *source = ax_source_open("scenes", "", NULL);
    ax_code code = ax_settings_preset(&s, "demo", NULL);
    for (size_t i = 0; i < sizeof small / sizeof *small && code == AX_OK; i++)
        code = ax_settings_set(&s, small[i][0], small[i][1], NULL);
    if (!source || code != AX_OK ||
        ax_genotype_parse("[[0,[0,0,0,0],[0,0,0,0],[0,0,0,0]],[[0,0],[0,0],[0,0]]]", &g, NULL))
        abort();
    ax_trainer *t = ax_trainer_new(&s, source, NULL, NULL, NULL, NULL);
    if (!t)
        abort();
    *job = ax_train_job_default(&s, &g, false);
    return t;
}

#endif
