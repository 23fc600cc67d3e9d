/* Lists of a data set's files: a line names an image and its mask. */
#ifndef AX_DATA_PAIRLIST_H
#define AX_DATA_PAIRLIST_H

#include "engine/base/err.h"

#include <stddef.h>

typedef struct ax_pair {
    char *image, *mask; /* paths, owned; mask: the file that holds the target, NULL = none does alone */
    char *name;         /* the image's path within the folder: "train/s1/0001.png"; owned */
    size_t record;      /* which one of an annotation file's it is */
} ax_pair;

typedef struct ax_pairlist {
    ax_pair *pair;
    size_t n, cap;
} ax_pairlist;

/* Fills *list (zeroed by the caller; to be released on failure, too) from the file `name` in the folder dir: lines of
   IMAGE MASK (lines.h). Names are relative to dir or absolute; `prefix` ("" = none) at the start of one stands for dir.
   They may contain blanks: a line is parted where both parts name files. Errors name the list and the line: AX_EIO (a
   file isn't there), AX_EFORMAT (not such a list, or an empty one), AX_ENOMEM. */
ax_code ax_pairlist_read(ax_pairlist *list, const char *dir, const char *name, const char *prefix, ax_err *err);
/* Adds a pair, whose texts it takes, also when it fails (AX_ENOMEM). */
ax_code ax_pairlist_take(ax_pairlist *list, ax_pair pair, ax_err *err);
void ax_pairlist_release(ax_pairlist *list);

#endif
