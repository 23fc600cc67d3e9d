/* Lists the files below a folder. */
#ifndef AX_DATA_TREE_H
#define AX_DATA_TREE_H

#include "engine/base/err.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct ax_tree {
    char **name; /* paths relative to the folder, "a/b.png", sorted by strcmp; owned */
    size_t n, cap;
} ax_tree;

/* Fills *t (zeroed by the caller; released even after a failure) with the regular files below dir, at any depth, that
   `takes` accepts (by name; NULL = all). Follows links; skips names that begin with a dot. AX_EIO names a folder that
   can't be read, AX_EFORMAT one that contains itself. */
ax_code ax_tree_read(ax_tree *t, const char *dir, bool (*takes)(const char *name), ax_err *err);
void ax_tree_release(ax_tree *t);

/* Finds the folder in dir with the first existing name (NULL-terminated list), ignoring case. False: none. path:
   PATH_MAX bytes. */
bool ax_tree_child(const char *dir, const char *const *names, char *path);

/* Whether a name has the extension of a picture: .png, .jpg, .jpeg, ignoring case, or one of formats that can't be
   read. */
bool ax_tree_is_picture(const char *name);
/* The extension of a path, or its end. */
size_t ax_tree_stem(const char *path);

#endif
