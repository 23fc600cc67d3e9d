/* Text in lines of a width, broken at blanks. */
#ifndef AX_VIZ_WRAP_H
#define AX_VIZ_WRAP_H

#include "viz/canvas.h"

/* Bytes of the first line of UTF-8 text, at most `width` > 0 columns wide; *next: where the next line begins ("" when
   there is none). A wider word is broken anywhere. */
size_t ax_wrap_line(const char *text, int width, const char **next);
/* Lines that the text takes, at least 1. */
int ax_wrap_lines(const char *text, int width);
/* Prints the lines from (row, col) on, as far as the pane goes; returns how many there are. */
int ax_wrap_print(ax_pane p, int row, int col, int width, ax_role role, const char *text);

#endif
