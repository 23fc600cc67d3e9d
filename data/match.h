/* Finds which target belongs to which image, by their names. */
#ifndef AX_DATA_MATCH_H
#define AX_DATA_MATCH_H

#include "data/pairs.h"
#include "data/set_layout.h"

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
/* After the last of them: makes the parts of all that is (ax_pairs_part). AX_EFORMAT, unless the set is only inspected,
   when there are orphans; says how many, and the first. */
ax_code ax_match_part(ax_pairs *p, const ax_dataset_spec *spec, bool in_parts, ax_err *err);

/* A data set of folders that a tool or a person made: what the names are, and who reads the classes. */
typedef struct ax_matched_set {
    const char *const *target_names; /* of the targets' folder, NULL-terminated */
    const char *const *suffix;       /* as in ax_match */
    const char *const *beside;       /* ... where images and targets are in one folder */
    bool (*is_target)(const char *name);
    bool optional;
    const char *none; /* what to say where there is nothing, behind the folder's name */
    ax_code (*classes)(ax_pairs *p, const ax_dataset_spec *spec, const ax_set_layout *l, ax_source_info *info,
                       ax_err *err);
} ax_matched_set;

/* Pairs, parts and classes of the spec's folder, checked. AX_ENOMEM, AX_EIO, AX_EFORMAT. */
ax_code ax_match_set(ax_pairs *p, const ax_dataset_spec *spec, const ax_matched_set *set, ax_source_info *info,
                     ax_err *err);

#endif
