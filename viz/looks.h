/* Canvases written for a terminal, in the colours of their theme: as text with ANSI sequences, or as SVG. */
#ifndef AX_VIZ_LOOKS_H
#define AX_VIZ_LOOKS_H

#include "viz/canvas.h"

/* Appends the sequence that gives what follows the look of this cell. */
void ax_canvas_look(const ax_canvas *c, const ax_canvas_cell *cell, ax_str *out);
/* Appends a line per row with ANSI sequences, each line ending in the plain look. */
void ax_canvas_ansi(const ax_canvas *c, ax_str *out);
/* Appends the canvas as an SVG document: a dark terminal, a cell being 8 x 17 pixels. */
void ax_canvas_svg(const ax_canvas *c, const char *title, ax_str *out);

#endif
