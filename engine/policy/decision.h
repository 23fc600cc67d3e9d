/* The 19 decisions in the controller's order. */
#ifndef AX_POLICY_DECISION_H
#define AX_POLICY_DECISION_H

#include "engine/space/decision.h"

typedef enum ax_embed { AX_EMBED_INPUT, AX_EMBED_OP, AX_EMBED_POSITION, AX_EMBED_COUNT } ax_embed;
enum { AX_HEADS = 13 }; /* connection 0-5, op, position 0-5 */

typedef struct ax_policy_step {
    uint8_t byte;  /* of the genotype: index into ax_decisions */
    uint8_t head;  /* 0-5 connection, 6 op, 7-12 position */
    uint8_t embed; /* table that feeds the decision back */
} ax_policy_step;

static const ax_policy_step ax_policy_steps[AX_DECISIONS] = {
    { 13, 0, AX_EMBED_INPUT },     { 14, 1, AX_EMBED_INPUT }, { 15, 2, AX_EMBED_INPUT }, { 16, 3, AX_EMBED_INPUT },
    { 17, 4, AX_EMBED_INPUT },     { 18, 5, AX_EMBED_INPUT }, { 0, 6, AX_EMBED_OP },     { 1, 7, AX_EMBED_POSITION },
    { 2, 8, AX_EMBED_POSITION },   { 3, 6, AX_EMBED_OP },     { 4, 6, AX_EMBED_OP },     { 5, 9, AX_EMBED_POSITION },
    { 6, 10, AX_EMBED_POSITION },  { 7, 6, AX_EMBED_OP },     { 8, 6, AX_EMBED_OP },     { 9, 11, AX_EMBED_POSITION },
    { 10, 12, AX_EMBED_POSITION }, { 11, 6, AX_EMBED_OP },    { 12, 6, AX_EMBED_OP },
};

static inline uint8_t ax_step_choices(int step)
{
    return ax_decisions[ax_policy_steps[step].byte].choices;
}

#endif
