/* What the network of a genotype costs by the settings of a search: what `show` prints, and what the front end's editor
   asks for. */
#ifndef AX_COMMAND_COST_H
#define AX_COMMAND_COST_H

#include "engine/command/program.h"
#include "engine/model/network.h"
#include "engine/train/trainer.h"

typedef struct ax_cost {
    ax_network_figures figures;
    int32_t channels, repeats, outputs;
    int32_t size[2]; /* height and width of an image of the validation */
    int32_t batch;   /* crops of a step in stage 1 */
    uint64_t memory; /* bytes that a training takes at most */
} ax_cost;

/* Settings, and what was opened by them: kept for the next genotype, since a data set may be large. */
typedef struct ax_costing {
    const ax_program *prog;
    ax_settings settings;
    ax_source *source;   /* NULL = not opened yet */
    ax_trainer *trainer; /* an outline, for genotypes of one space */
} ax_costing;

/* With the settings filled in by the caller there is nothing else to prepare. */
void ax_costing_release(ax_costing *c);
/* Counts. Opens data set, encoder and device when it is the first time, or the first genotype of another space. An
   error leaves it good for another try. */
ax_code ax_costing_of(ax_costing *c, const ax_genotype *g, ax_cost *out, ax_err *err);

/* The side of an image as this network sees it: padded to what its strides divide. */
int32_t ax_cost_padded(int32_t side, const ax_encoder *encoder, const ax_genotype *g);

#endif
