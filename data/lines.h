/* The lines of a text file that people or their tools wrote. */
#ifndef AX_DATA_LINES_H
#define AX_DATA_LINES_H

#include "engine/base/err.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct ax_lines {
    char *text; /* owned */
    size_t n, at;
    size_t number; /* of the line that ax_lines_next gave, from 1 */
} ax_lines;

/* Reads a file of UTF-8 text, with or without a byte-order mark. AX_EIO, AX_EFORMAT (UTF-16), AX_ENOMEM name it.
   Release it also after a failure. */
ax_code ax_lines_read(ax_lines *l, const char *path, ax_err *err);
/* The next line, without the white space around it; it may be changed, and *text[*n] may be set to 0. Lines end in LF,
   CR LF or CR; those that are blank or begin with # are left out. False: there are no more. */
bool ax_lines_next(ax_lines *l, char **text, size_t *n);
void ax_lines_release(ax_lines *l);

/* A blank within a line. */
bool ax_is_blank(char c);

#endif
