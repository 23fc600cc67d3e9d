/* Lists of a data set's files: each line names an image and its mask. */
#ifndef AX_DATA_PAIRLIST_H
#define AX_DATA_PAIRLIST_H

#include "engine/base/err.h"

#include <stddef.h>

typedef struct ax_pair {
    char *image, *mask; /* paths, owned; mask: the target's file, NULL = no file of its own */
    char *name;         /* path of the image within the folder: "train/s1/0001.png"; owned */
    size_t record;      /* index in an annotation file */
} ax_pair;

typedef struct ax_pairlist {
    ax_pair *pair;
    size_t n, cap;
} ax_pairlist;

/* Fills *list (zeroed by the caller; to be released even on failure) from the file `name` in the folder dir: lines of
   IMAGE MASK (lines.h). Names are relative to dir or absolute; the prefix `prefix` ("" = none) stands for dir. Names
   may contain blanks: a line is split where both parts name files. Errors name the list and the line: AX_EIO (a missing
   file), AX_EFORMAT (not such a list, or an empty one), AX_ENOMEM. */
ax_code ax_pairlist_read(ax_pairlist *list, const char *dir, const char *name, const char *prefix, ax_err *err);
/* Adds a pair and takes ownership of its texts, even on failure (AX_ENOMEM). */
ax_code ax_pairlist_take(ax_pairlist *list, ax_pair pair, ax_err *err);
void ax_pairlist_release(ax_pairlist *list);

#endif
