/* Making a candidate by hand: a copy of another, changed decision by decision. Pure. */
#ifndef AX_TUI_EDIT_H
#define AX_TUI_EDIT_H

#include "engine/space/space.h"

typedef struct ax_edit {
    uint32_t parent; /* candidate it is made from, 0 = the editor is closed */
    ax_genotype from, now;
    int line, field; /* of the space's form */
    bool typing;     /* the last key was a digit for this decision */
} ax_edit;

void ax_edit_start(ax_edit *e, uint32_t parent, const ax_genotype *from);
typedef enum ax_edited { AX_EDIT_GOES_ON, AX_EDIT_DONE, AX_EDIT_DROPPED } ax_edited;
/* Arrows or hjkl move; + Space ] and - [ change the value, as do digits; r takes it back, R all; Enter is done, Escape
   or q drops. */
ax_edited ax_edit_key(ax_edit *e, uint32_t key);

#endif
