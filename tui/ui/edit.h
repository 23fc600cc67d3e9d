/* Making a candidate by hand: a copy of another, changed decision by decision. Pure. */
#ifndef AX_TUI_EDIT_H
#define AX_TUI_EDIT_H

#include "engine/space/space.h"
#include "tui/ui/action.h"

/* What a network costs in this run, as the engine program counts it. */
typedef enum ax_cost_known { AX_COST_ASKED, AX_COST_KNOWN, AX_COST_FAILED } ax_cost_known;
typedef struct ax_edit_cost {
    ax_cost_known known;
    ax_genotype of;
    int64_t params, macs; /* of encoder and decoder, one image */
    int stride;           /* of the output */
    int64_t memory;       /* bytes that a training takes at most */
    char error[160];      /* FAILED: why */
} ax_edit_cost;

typedef struct ax_edit {
    uint32_t parent; /* candidate that it is made from */
    ax_genotype from, now;
    int line, field;                  /* of the space's form */
    bool typing;                      /* the last key was a digit for this decision */
    ax_edit_cost from_cost, now_cost; /* now_cost: of an earlier `now`, while that of this one is asked for */
} ax_edit;

void ax_edit_start(ax_edit *e, uint32_t parent, const ax_genotype *from);
/* Moves, changes or takes back what AX_DO_EDIT_... says; any other action does nothing. */
void ax_edit_do(ax_edit *e, ax_action a);
/* A key without an action: a digit is a value for the decision. */
void ax_edit_type(ax_edit *e, uint32_t key);

/* The genotype that is to be counted next; NULL: both are. */
const ax_genotype *ax_edit_uncounted(const ax_edit *e);
/* now_cost is that of `now`. */
bool ax_edit_is_counted(const ax_edit *e);
/* What a genotype costs; one that isn't looked at any more may be told, too. */
void ax_edit_counted(ax_edit *e, const ax_genotype *g, const ax_edit_cost *cost);

#endif
