/* The cells of a plot as it was drawn last: with thousands of candidates drawing takes milliseconds, and a key that
   only moves the selection doesn't change the plot. */
#ifndef AX_TUI_KEPT_H
#define AX_TUI_KEPT_H

#include "engine/wire/state.h"
#include "viz/canvas.h"

enum { AX_KEPT_HOW = 48 };
typedef struct ax_kept {
    uint64_t seq; /* newest event that the plot shows */
    ax_rect at;
    const ax_glyphs *glyphs;
    size_t how_size;
    unsigned char how[AX_KEPT_HOW]; /* other things that decide how the plot looks */
    ax_canvas_cell *cell;           /* NULL = there is none */
} ax_kept;

/* Draws the plot if it is of this state, place and `how` (how_size <= AX_KEPT_HOW bytes without padding). False: it
   must be drawn again, and then stored. */
bool ax_kept_draw(const ax_kept *k, ax_pane p, const ax_state *s, const void *how, size_t how_size);
void ax_kept_save(ax_kept *k, ax_pane p, const ax_state *s, const void *how, size_t how_size);
void ax_kept_drop(ax_kept *k);

#endif
