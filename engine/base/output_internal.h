/* What output.c and output_files.c share. */
#ifndef AX_BASE_OUTPUT_INTERNAL_H
#define AX_BASE_OUTPUT_INTERNAL_H

#include "engine/base/err.h"

#include <limits.h>

/* Follows links of path's last component: target is what would be opened, which need not be there. *fd: the descriptor
   of this process that it stands for, else -1. name: for messages. */
ax_code ax_output_target(const char *path, const char *name, char target[PATH_MAX], int *fd, ax_err *err);

#endif
