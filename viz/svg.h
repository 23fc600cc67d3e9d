/* Pieces of SVG documents: escaped text, and the colours that roles have on paper. */
#ifndef AX_VIZ_SVG_H
#define AX_VIZ_SVG_H

#include "viz/canvas.h"

/* The first lines of a document of width x height pixels with a white background. */
void ax_svg_begin(ax_str *out, int width, int height, const char *title);
void ax_svg_end(ax_str *out);
/* Appends text for an element or attribute: & < > " are escaped, characters that XML forbids left out. */
void ax_svg_escape(ax_str *out, const char *text);
/* Text at (x, y); anchor: "start", "middle" or "end". */
void ax_svg_text(ax_str *out, double x, double y, const char *anchor, const char *color, const char *text);
const char *ax_svg_color(ax_role role);

#endif
