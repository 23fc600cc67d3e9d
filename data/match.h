/* Matches images and targets by their names. */
#ifndef AX_DATA_MATCH_H
#define AX_DATA_MATCH_H

#include "data/pairs.h"
#include "data/set_layout.h"

/* An image is STEM + image_suffix, its target STEM + one of the suffixes, each with its own extension. */
typedef struct ax_match {
    const char *images, *targets;        /* folders; equal when images and targets share one */
    const char *image_suffix;            /* "" = none */
    const char *const *suffix;           /* NULL-terminated, tried in this order */
    bool (*is_target)(const char *name); /* by its extension, or by more */
    bool optional;                       /* an image without a target is allowed: the pair's mask is NULL */
} ax_match;

/* Adds the pairs to list, and files without a counterpart to p->orphan, both in the order of the images' names. AX_EIO;
   AX_EFORMAT: two files with one stem. */
ax_code ax_match_add(ax_pairs *p, ax_pairlist *list, const ax_match *m, ax_err *err);
/* Call after the last ax_match_add: splits all pairs (ax_pairs_part). AX_EFORMAT with the number of orphans and the
   first one, unless the set is only inspected. */
ax_code ax_match_part(ax_pairs *p, const ax_dataset_spec *spec, bool in_parts, ax_err *err);

/* The same for a set with known classes, which `classes` adds: then checks the pairs and finishes the classes. says: as
   in ax_classes_finish. */
ax_code ax_match_known(ax_pairs *p, const ax_dataset_spec *spec, ax_code (*classes)(ax_pairs *p, ax_err *err),
                       const char *says, ax_source_info *info, ax_err *err);

/* A data set of folders: naming rules, and the reader of its classes. */
typedef struct ax_matched_set {
    const char *const *target_names; /* names of the targets' folder, NULL-terminated */
    const char *const *suffix;       /* see ax_match */
    const char *const *beside;       /* the same where images and targets share a folder */
    bool (*is_target)(const char *name);
    bool optional;
    const char *none; /* message for an empty folder, behind its name */
    ax_code (*classes)(ax_pairs *p, const ax_dataset_spec *spec, const ax_set_layout *l, ax_source_info *info,
                       ax_err *err);
} ax_matched_set;

/* Finds and checks pairs, splits and classes of the spec's folder. AX_ENOMEM, AX_EIO, AX_EFORMAT. */
ax_code ax_match_set(ax_pairs *p, const ax_dataset_spec *spec, const ax_matched_set *set, ax_source_info *info,
                     ax_err *err);

#endif
