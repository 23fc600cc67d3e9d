/* Changes to a genotype, decision by decision, as people write and read them. */
#ifndef AX_SPACE_CHANGE_H
#define AX_SPACE_CHANGE_H

#include "engine/space/genotype.h"

/* Applies "NAME=VALUE" words (blanks or commas between them; VALUE a number, or the name of an operation) to *g.
   A whole genotype of the same space will do, too. AX_EINVAL names the word that isn't understood or out of range, and
   *g is as it was. */
ax_code ax_genotype_edit(ax_genotype *g, const char *changes, ax_err *err);
enum { AX_CHANGES_TEXT = 160 };
/* What makes `to` from `from`, as ax_genotype_edit takes it, in numbers: "op5=2 in8=4"; where that would be longer than
   buf, `to` itself; "" when they are equal. */
char *ax_genotype_changes(const ax_genotype *from, const ax_genotype *to, char buf[static AX_CHANGES_TEXT]);
/* "op5 sep3x3 -> gap, in8 0 -> 4", cut to cap with "..." at the end; returns buf. */
char *ax_genotype_describe(const ax_genotype *from, const ax_genotype *to, char *buf, size_t cap);

#endif
