/* The editor of a hand-made candidate: a copy of another, changed decision by decision. Pure. */
#ifndef AX_TUI_EDIT_H
#define AX_TUI_EDIT_H

#include "engine/space/space.h"
#include "tui/ui/action.h"

/* The cost of a network in this run, as auxcell-engine computes it. */
typedef enum ax_cost_known { AX_COST_ASKED, AX_COST_KNOWN, AX_COST_FAILED } ax_cost_known;
typedef struct ax_edit_cost {
    ax_cost_known known;
    ax_genotype of;
    int64_t params, macs; /* of encoder and decoder, for one image */
    int stride;           /* stride of the output */
    int64_t memory;       /* most bytes that a training takes */
    char error[160];      /* FAILED: the reason */
} ax_edit_cost;

typedef struct ax_edit {
    uint32_t parent; /* the candidate that it is made from */
    ax_genotype from, now;
    int line, field;                  /* place in the space's form */
    bool typing;                      /* the last key was a digit for this decision */
    ax_edit_cost from_cost, now_cost; /* now_cost may be that of an earlier `now`, until the answer has come */
} ax_edit;

void ax_edit_start(ax_edit *e, uint32_t parent, const ax_genotype *from);
/* Moves, changes or undoes as AX_DO_EDIT_... says; any other action does nothing. */
void ax_edit_do(ax_edit *e, ax_action a);
/* Takes a key without an action: a digit is a value for the decision. False: it is none of its values, or no digit. */
bool ax_edit_type(ax_edit *e, uint32_t key);
/* How many values the decision at the cursor has. */
int ax_edit_choices(const ax_edit *e);

/* The genotype whose cost is wanted next; NULL: both costs are known. */
const ax_genotype *ax_edit_uncounted(const ax_edit *e);
/* Whether now_cost is the cost of `now`. */
bool ax_edit_is_counted(const ax_edit *e);
/* Takes the cost of a genotype, which may be one that is no longer shown. */
void ax_edit_counted(ax_edit *e, const ax_genotype *g, const ax_edit_cost *cost);

#endif
