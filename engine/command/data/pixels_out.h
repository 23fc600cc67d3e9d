/* Pictures with pixels of their own on standard output, where that is a terminal that has them. */
#ifndef AX_DATA_PIXELS_OUT_H
#define AX_DATA_PIXELS_OUT_H

#include "viz/canvas.h"

typedef struct ax_shown_pixels {
    enum { AX_PIXELS_NONE, AX_PIXELS_KITTY, AX_PIXELS_SIXEL } way;
    int cell_h, cell_w; /* pixels of a cell */
    int rows;           /* of the window */
    uint32_t id;        /* Kitty's, of the newest image */
} ax_shown_pixels;

/* Asks the terminal that is standard input and output what it can show, for half a second at most. Nothing is
   asked within tmux and screen, with NO_COLOR, or of one that wouldn't understand it. */
ax_shown_pixels ax_pixels_ask(void);
/* The canvas's pictures over its cells, which were printed last. */
void ax_pixels_out(ax_shown_pixels *p, const ax_canvas *c);

#endif
