/* Enumerates the pictures of a folder or a list, for commands. */
#ifndef AX_DATA_PICTURE_FILES_H
#define AX_DATA_PICTURE_FILES_H

#include "engine/base/err.h"

#include <stdbool.h>

/* Calls take, which may refuse, with each picture's path and the base name of its outputs: its path below the folder,
   else its file name. list: path is a text file with a picture per line, relative to its folder or absolute; else it is
   a folder, whose pictures come in the order of their names, at any depth. AX_EIO: can't be read; AX_EFORMAT: contains
   none. */
ax_code ax_pictures_of(const char *path, bool list,
                       ax_code (*take)(void *context, const char *path, const char *name, ax_err *err), void *context,
                       ax_err *err);

#endif
