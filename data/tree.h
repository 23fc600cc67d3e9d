/* The files below a folder. */
#ifndef AX_DATA_TREE_H
#define AX_DATA_TREE_H

#include "engine/base/err.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct ax_tree {
    char **name; /* paths below the folder, "a/b.png", in the order of strcmp; owned */
    size_t n, cap;
} ax_tree;

/* Fills *t (zeroed by the caller; released also after a failure) with the regular files below dir, at any depth, that
   `takes` wants (by their name alone; NULL = all). Links are followed; what begins with a dot is left out. AX_EIO names
   a folder that can't be read, AX_EFORMAT one that is in itself. */
ax_code ax_tree_read(ax_tree *t, const char *dir, bool (*takes)(const char *name), ax_err *err);
void ax_tree_release(ax_tree *t);

/* The folder in dir with the first of the names (NULL-terminated) that is there, in any case. False: none is. path: of
   PATH_MAX bytes. */
bool ax_tree_child(const char *dir, const char *const *names, char *path);

/* Whether a name ends like a picture: in .png, .jpg, .jpeg, in any case, or as others which can't be read. */
bool ax_tree_is_picture(const char *name);
/* Where the extension of a path begins, or its end. */
size_t ax_tree_stem(const char *path);

#endif
