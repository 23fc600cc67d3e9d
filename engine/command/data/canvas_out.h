/* Prints a canvas on standard output. */
#ifndef AX_COMMAND_CANVAS_OUT_H
#define AX_COMMAND_CANVAS_OUT_H

#include "viz/canvas.h"

/* Prints the rows, with pixels in the terminal's 256 colours (ECMA-48's SGR 38;5 and 48;5), without trailing blanks. */
void ax_canvas_out(const ax_canvas *c);
/* Prints the symbol of a class for a legend: two cells of its colour, or its letter. color: RGB, NULL = none. */
void ax_canvas_key_out(const uint8_t *color, char letter, bool colors);

#endif
