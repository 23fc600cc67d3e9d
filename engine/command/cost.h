/* The cost of a genotype's network under the settings of a search, for `show` and the editor of the front end. */
#ifndef AX_COMMAND_COST_H
#define AX_COMMAND_COST_H

#include "engine/command/program.h"
#include "engine/model/network.h"
#include "engine/train/trainer.h"

typedef struct ax_cost {
    ax_network_figures figures;
    int32_t channels, repeats, outputs;
    int32_t size[2]; /* height and width of a validation image */
    int32_t batch;   /* crops per step of stage 1 */
    uint64_t memory; /* peak memory of a training, bytes */
} ax_cost;

/* Settings and the objects opened for them, which are kept for further genotypes since a data set may be large. */
typedef struct ax_costing {
    const ax_program *prog;
    ax_settings settings;
    ax_source *source;   /* NULL = not opened yet */
    ax_trainer *trainer; /* opened without caches, for genotypes of one space */
} ax_costing;

/* The caller only fills in the settings. */
void ax_costing_release(ax_costing *c);
/* Computes the cost. The first call, or the first for another space, opens data set, encoder and device. After an error
   it can be called again. */
ax_code ax_costing_of(ax_costing *c, const ax_genotype *g, ax_cost *out, ax_err *err);

/* The side of an image padded to what this network's strides divide. */
int32_t ax_cost_padded(int32_t side, const ax_encoder *encoder, const ax_genotype *g);

#endif
