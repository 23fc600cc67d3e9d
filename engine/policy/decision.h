/* The 19 decisions in the controller's order. */
#ifndef AX_POLICY_DECISION_H
#define AX_POLICY_DECISION_H

#include "engine/space/genotype.h"

typedef enum ax_embed { AX_EMBED_INPUT, AX_EMBED_OP, AX_EMBED_POSITION, AX_EMBED_COUNT } ax_embed;
enum { AX_HEADS = 13 }; /* connection 0-5, op, position 0-5 */

typedef struct ax_decision {
    uint8_t byte;    /* of the genotype */
    uint8_t choices; /* how many values it can take */
    uint8_t head;    /* 0-5 connection, 6 op, 7-12 position */
    uint8_t embed;   /* table that feeds the decision back */
} ax_decision;

static const ax_decision ax_decisions[AX_DECISIONS] = {
    { 13, 4, 0, AX_EMBED_INPUT },    { 14, 4, 1, AX_EMBED_INPUT },     { 15, 5, 2, AX_EMBED_INPUT },
    { 16, 5, 3, AX_EMBED_INPUT },    { 17, 6, 4, AX_EMBED_INPUT },     { 18, 6, 5, AX_EMBED_INPUT },
    { 0, 11, 6, AX_EMBED_OP },       { 1, 2, 7, AX_EMBED_POSITION },   { 2, 2, 8, AX_EMBED_POSITION },
    { 3, 11, 6, AX_EMBED_OP },       { 4, 11, 6, AX_EMBED_OP },        { 5, 5, 9, AX_EMBED_POSITION },
    { 6, 5, 10, AX_EMBED_POSITION }, { 7, 11, 6, AX_EMBED_OP },        { 8, 11, 6, AX_EMBED_OP },
    { 9, 8, 11, AX_EMBED_POSITION }, { 10, 8, 12, AX_EMBED_POSITION }, { 11, 11, 6, AX_EMBED_OP },
    { 12, 11, 6, AX_EMBED_OP },
};

#endif
