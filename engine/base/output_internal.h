/* Internals shared by output.c and output_files.c. */
#ifndef AX_BASE_OUTPUT_INTERNAL_H
#define AX_BASE_OUTPUT_INTERNAL_H

#include "engine/base/err.h"

#include <limits.h>

/* Follows links in path's last component: target becomes the path that would be opened, which need not exist. *fd
   becomes the descriptor of this process that it stands for, else -1. name is for messages. */
ax_code ax_output_target(const char *path, const char *name, char target[PATH_MAX], int *fd, ax_err *err);

#endif
