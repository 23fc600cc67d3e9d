/* The pictures that a person means by a folder or by a list. */
#ifndef AX_DATA_PICTURE_FILES_H
#define AX_DATA_PICTURE_FILES_H

#include "engine/base/err.h"

#include <stdbool.h>

/* Hands each picture to take, which may refuse: its path, and the name that its outputs get: below a folder its own
   path there, else that of the file. list: path is a text file with a picture per line, relative to its folder or
   absolute; else it is a folder, whose pictures come in the order of their names, at any depth. AX_EIO: it can't be
   read; AX_EFORMAT: it has none. */
ax_code ax_pictures_of(const char *path, bool list,
                       ax_code (*take)(void *context, const char *path, const char *name, ax_err *err), void *context,
                       ax_err *err);

#endif
