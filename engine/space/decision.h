/* The 19 decisions of a genotype one by one: their names, and changes to them. */
#ifndef AX_SPACE_DECISION_H
#define AX_SPACE_DECISION_H

#include "engine/space/genotype.h"

/* Names go with the numbers that drawings show: opN makes value N of the cell from value inN; block4a and block4b are
   what the decoder's value 4 reads. */
typedef struct ax_decision {
    const char *name;
    const char *what, *plural, *where; /* "op", "ops", "layer 1": for messages */
    uint8_t choices;                   /* values are 0 to choices - 1 */
    bool op;                           /* the value is an ax_cellop */
} ax_decision;

/* In the order of the text form, which is that of the bytes of ax_genotype. */
extern const ax_decision ax_decisions[AX_DECISIONS];

unsigned ax_genotype_get(const ax_genotype *g, int decision);
void ax_genotype_put(ax_genotype *g, int decision, unsigned value);

/* Applies "NAME=VALUE" words (blanks or commas between them; VALUE a number, or the name of an operation) to *g.
   AX_EINVAL names the word that isn't understood or out of range, and *g is as it was. */
ax_code ax_genotype_edit(ax_genotype *g, const char *changes, ax_err *err);
enum { AX_CHANGES_TEXT = 160 };
/* What makes `to` from `from`, as ax_genotype_edit takes it, in numbers: "op5=2 in8=4"; "" when they are equal. */
char *ax_genotype_changes(const ax_genotype *from, const ax_genotype *to, char buf[static AX_CHANGES_TEXT]);
/* Value of a decision as people read it: the operation's name, or the number. */
const char *ax_decision_value(int decision, unsigned value, char buf[static 16]);
/* "op5 sep3x3 -> gap, in8 0 -> 4", cut to cap with "..." at the end; returns buf. */
char *ax_genotype_describe(const ax_genotype *from, const ax_genotype *to, char *buf, size_t cap);

#endif
