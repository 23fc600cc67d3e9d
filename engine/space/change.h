/* Changes of a genotype, decision by decision, in the form that users write and read. */
#ifndef AX_SPACE_CHANGE_H
#define AX_SPACE_CHANGE_H

#include "engine/space/genotype.h"

/* Applies words "NAME=VALUE", separated by blanks or commas, to *g; VALUE is a number or the name of an operation. A
   whole genotype of the same space is accepted too. AX_EINVAL names the word that isn't understood or out of range; *g
   is then unchanged. */
ax_code ax_genotype_edit(ax_genotype *g, const char *changes, ax_err *err);
enum { AX_CHANGES_TEXT = 160 };
/* The changes that turn `from` into `to`, in the form of ax_genotype_edit, as numbers: "op5=2 in8=4"; `to` itself where
   that would be longer than buf; "" when they are equal. */
char *ax_genotype_changes(const ax_genotype *from, const ax_genotype *to, char buf[static AX_CHANGES_TEXT]);
/* "op5 sep3x3 -> gap, in8 0 -> 4", truncated with "..." to cap; returns buf. */
char *ax_genotype_describe(const ax_genotype *from, const ax_genotype *to, char *buf, size_t cap);

#endif
