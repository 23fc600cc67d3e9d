/* How roles look on a terminal, and canvases written for one: as text with ANSI sequences, or as SVG. */
#ifndef AX_VIZ_LOOKS_H
#define AX_VIZ_LOOKS_H

#include "viz/canvas.h"

/* color: 0 to 7 as ANSI numbers them, -1 = the terminal's own. */
typedef struct ax_look {
    bool bold, dim, reverse;
    int color;
} ax_look;
const ax_look *ax_look_of(ax_role role);

/* Red, green and blue of a colour of the 256-colour palette; the first 16 as xterm has them. */
void ax_color_rgb(uint8_t color, uint8_t rgb[static 3]);

/* Appends a line per row with ANSI sequences, each line ending in the plain look. */
void ax_canvas_ansi(const ax_canvas *c, ax_str *out);
/* Appends the canvas as an SVG document: a dark terminal, a cell being 8 x 17 pixels. */
void ax_canvas_svg(const ax_canvas *c, const char *title, ax_str *out);

#endif
