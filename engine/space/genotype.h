/* A genotype: the decisions that define a network, as bytes, and their text form. The genotype's space gives them their
   meaning (space.h). */
#ifndef AX_SPACE_GENOTYPE_H
#define AX_SPACE_GENOTYPE_H

#include "engine/base/err.h"
#include "engine/base/rng.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Just enough for the largest space: for every candidate of a run, screens keep one genotype and two figures per
   decision. */
enum { AX_MAX_DECISIONS = 44, AX_GENOTYPE_TEXT = 116 };

/* Equality is memcmp. All zero: the first genotype of the first space. */
typedef struct ax_genotype {
    uint8_t space;                   /* index for ax_space_at */
    uint8_t value[AX_MAX_DECISIONS]; /* in the order of the text; zeros behind the space's last decision */
} ax_genotype;

/* Parses the text form, e.g. [[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]], blanks allowed, whose brackets
   identify the space, or the name of a published network (ax_space.published); the error for an unknown name lists all.
   Other errors (AX_EINVAL) say what was expected and at which character (counted from 1), and show the text with that
   character marked: "genotype: op 11 at character 3: ops are 0 to 10: [[>11<,[0,...". */
ax_code ax_genotype_parse(const char *text, ax_genotype *g, ax_err *err);
/* Writes the text form, without blanks, into buf of AX_GENOTYPE_TEXT bytes; returns buf. */
char *ax_genotype_print(const ax_genotype *g, char buf[static AX_GENOTYPE_TEXT]);
ax_code ax_genotype_validate(const ax_genotype *g, ax_err *err); /* AX_EINVAL names the decision out of range */

#endif
