/* Making a candidate by hand: a copy of another, changed decision by decision. Pure. */
#ifndef AX_TUI_EDIT_H
#define AX_TUI_EDIT_H

#include "engine/space/cells/cells.h"
#include "engine/space/change.h"
#include "engine/space/space.h"

/* A row for each operation of the cell and each block; an operation has its op and what it reads, a block its two
   inputs. */
enum { AX_EDIT_OPS = 7, AX_EDIT_ROWS = AX_EDIT_OPS + AX_BLOCKS };
typedef struct ax_edit {
    uint32_t parent; /* candidate it is made from, 0 = the editor is closed */
    ax_genotype from, now;
    int row, field; /* field 0 or 1 */
    bool typing;    /* the last key was a digit for this decision */
} ax_edit;

void ax_edit_start(ax_edit *e, uint32_t parent, const ax_genotype *from);
/* The decision at a row's field, -1 = there is none (the first operation always reads the input). */
int ax_edit_decision(int row, int field);
/* Number of the value that a row makes, as drawings show it: 1 2 3 5 6 8 9 of the cell, 4 5 6 of the decoder. */
int ax_edit_number(int row);

typedef enum ax_edited { AX_EDIT_GOES_ON, AX_EDIT_DONE, AX_EDIT_DROPPED } ax_edited;
/* Arrows or hjkl move; + Space ] and - [ change the value, as do digits; r takes it back, R all; Enter is done, Escape
   or q drops. */
ax_edited ax_edit_key(ax_edit *e, uint32_t key);

#endif
