/* Making a candidate by hand: a copy of another, changed decision by decision. Pure. */
#ifndef AX_TUI_EDIT_H
#define AX_TUI_EDIT_H

#include "engine/space/space.h"
#include "tui/ui/action.h"

typedef struct ax_edit {
    uint32_t parent; /* candidate that it is made from */
    ax_genotype from, now;
    int line, field; /* of the space's form */
    bool typing;     /* the last key was a digit for this decision */
} ax_edit;

void ax_edit_start(ax_edit *e, uint32_t parent, const ax_genotype *from);
/* Moves, changes or takes back what AX_DO_EDIT_... says; any other action does nothing. */
void ax_edit_do(ax_edit *e, ax_action a);
/* A key without an action: a digit is a value for the decision. */
void ax_edit_type(ax_edit *e, uint32_t key);

#endif
