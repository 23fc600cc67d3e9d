/* Finds which target belongs to which image, by their names. */
#ifndef AX_DATA_MATCH_H
#define AX_DATA_MATCH_H

#include "data/pairs.h"

/* An image is STEM + image_suffix, its target STEM + one of the suffixes, each with an extension of its own. */
typedef struct ax_match {
    const char *images, *targets;        /* folders; the same where they are side by side */
    const char *image_suffix;            /* "" = none */
    const char *const *suffix;           /* NULL-terminated, tried in this order */
    bool (*is_target)(const char *name); /* by its extension, or more */
    bool optional;                       /* an image needs no target: the pair's mask is NULL */
} ax_match;

/* Adds the pairs to list and what has no other half to p->orphan, both in the order of the images' names. AX_EIO;
   AX_EFORMAT: two files with one stem. */
ax_code ax_match_add(ax_pairs *p, ax_pairlist *list, const ax_match *m, ax_err *err);
/* AX_EFORMAT, unless the set is only inspected, when there are orphans; says how many, and the first. */
ax_code ax_match_check(const ax_pairs *p, const ax_dataset_spec *spec, ax_err *err);

#endif
