/* The template space (Nekrasov, Shen and Reid, WACV 2020): three templates of two operations each, and seven blocks,
   each of which applies one template repeatedly to two values: the encoder's two finest taps, or outputs of earlier
   blocks. This struct names the genotype's decisions. */
#ifndef AX_SPACE_TEMPLATES_TEMPLATES_H
#define AX_SPACE_TEMPLATES_TEMPLATES_H

#include "engine/space/space.h"

#include <string.h>

enum {
    AX_TEMPLATES = 3,
    AX_TEMPLATE_OPS = 6,
    AX_TEMPLATE_TAPS = 2,
    AX_TEMPLATE_BLOCKS = 7,
    AX_TEMPLATE_VALUES = AX_TEMPLATE_TAPS + AX_TEMPLATE_BLOCKS,
    AX_TEMPLATE_SMALLER = 3, /* the first blocks, which may halve and join their sides at the smaller size */
    AX_TEMPLATE_REPEATS = 4,
    AX_TEMPLATE_DECISIONS = 3 * AX_TEMPLATES + 5 * AX_TEMPLATE_BLOCKS
};

typedef struct ax_template {
    uint8_t op[2], aggregate; /* op < 6; aggregate: ax_template_aggregate */
} ax_template;

typedef struct ax_template_block {
    uint8_t pos[2];   /* values: 0 and 1 are the taps, 2 + i is the output of block i */
    uint8_t template; /* < 3 */
    uint8_t repeat;   /* repetitions minus one, < 4 */
    uint8_t stride;   /* 1: operations halve the size and double the channels */
} ax_template_block;

typedef struct ax_templates {
    ax_template template[AX_TEMPLATES];
    ax_template_block block[AX_TEMPLATE_BLOCKS];
} ax_templates;
_Static_assert(sizeof(ax_templates) == AX_TEMPLATE_DECISIONS, "44 decisions, no padding");

typedef enum ax_template_op {
    AX_TEMPLATE_SEP3,
    AX_TEMPLATE_SEP5,
    AX_TEMPLATE_GAP,
    AX_TEMPLATE_MAXPOOL,
    AX_TEMPLATE_SEP5_D6,
    AX_TEMPLATE_SKIP
} ax_template_op;
typedef enum ax_template_aggregate { AX_TEMPLATE_SUM, AX_TEMPLATE_CONCAT } ax_template_aggregate;

static inline ax_templates ax_templates_of(const ax_genotype *g)
{
    ax_templates t;
    memcpy(&t, g->value, sizeof t);
    return t;
}

/* A value of the decoder: its channels, and how often tap 0's size is halved, n -> (n + 1) / 2, to give its size. */
typedef struct ax_template_value {
    int channels, exponent;
} ax_template_value;
/* The output of one repetition for its two sides. step: 2^stride; factor: multiplier of the channels, step in the first
   repetition, then 1; repeats: steps of a separable convolution. */
ax_template_value ax_template_side(unsigned op, ax_template_value in, int step, int factor, int repeats);
/* Which of two sides gives the size: true = the second. */
bool ax_template_second_leads(unsigned block, int first, int second);
/* Computes all values; channels: those of the two taps. */
void ax_templates_values(const ax_templates *t, int repeats, const int taps[AX_TEMPLATE_TAPS],
                         ax_template_value out[AX_TEMPLATE_VALUES]);

/* "sep3x3", "gap", "maxpool", ... */
const char *ax_template_op_name(unsigned op);
const char *ax_template_aggregate_name(unsigned aggregate);
/* Blocks that feed the head: bit b when no block reads block b. */
uint32_t ax_templates_loose_blocks(const ax_templates *t);
/* Number of parameters of a block, whose separable convolutions have `repeats` steps. */
int64_t ax_template_block_params(const ax_templates *t, unsigned block, int repeats);

/* ax_space.draw and ax_space.print. */
void ax_templates_draw(const ax_genotype *g, unsigned drawing, int channels, int repeats, ax_drawing *out);
void ax_templates_print(const ax_genotype *g, ax_str *out);

#endif
