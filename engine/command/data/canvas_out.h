/* A canvas on standard output. */
#ifndef AX_COMMAND_CANVAS_OUT_H
#define AX_COMMAND_CANVAS_OUT_H

#include "viz/canvas.h"

/* Prints the rows, pixels in the 256 colours of a terminal (ECMA-48's SGR 38;5 and 48;5), without blanks at their
   ends. */
void ax_canvas_out(const ax_canvas *c);
/* Prints what stands for a class beside its name: two cells of its colour, or its letter. color: RGB, NULL = none. */
void ax_canvas_key_out(const uint8_t *color, char letter, bool colors);

#endif
