/* Prints pictures as real pixels on terminals that support it. */
#ifndef AX_DATA_PIXELS_OUT_H
#define AX_DATA_PIXELS_OUT_H

#include "viz/canvas.h"

typedef struct ax_shown_pixels {
    enum { AX_PIXELS_NONE, AX_PIXELS_KITTY, AX_PIXELS_SIXEL } way;
    int cell_h, cell_w; /* cell size in pixels */
    int rows;           /* rows of the window */
    uint32_t id;        /* Kitty's id of the newest image */
} ax_shown_pixels;

/* Asks the terminal, which must be standard input and output, for its abilities; waits at most half a second. Asks
   nothing within tmux and screen, with NO_COLOR, or of terminals that wouldn't understand. */
ax_shown_pixels ax_pixels_ask(void);
/* Draws the canvas's pictures over its cells, which must have been printed last. */
void ax_pixels_out(ax_shown_pixels *p, const ax_canvas *c);

#endif
