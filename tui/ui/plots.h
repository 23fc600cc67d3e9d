/* Plots as they were drawn last: with thousands of candidates they cost milliseconds, and a key that only moves the
   selection changes nothing in them. */
#ifndef AX_TUI_PLOTS_H
#define AX_TUI_PLOTS_H

#include "engine/wire/state.h"
#include "viz/curve.h"
#include "viz/scatter.h"

typedef struct ax_plot_copy {
    uint64_t seq; /* newest event it knows of */
    ax_rect at;
    const ax_glyphs *glyphs;
    ax_curve_window window;
    ax_canvas_cell *cell; /* NULL = there is none */
} ax_plot_copy;

typedef struct ax_plots {
    ax_plot_copy reward, pareto;
    ax_scatter_scale scale; /* of the pareto plot */
    int axis;               /* likewise */
} ax_plots;

ax_plots *ax_plots_new(void); /* NULL without memory: then nothing is kept */
void ax_plots_free(ax_plots *p);
/* Draws the copy when it is of this state, place and window. */
bool ax_plot_again(const ax_plot_copy *c, ax_pane p, const ax_state *s, ax_curve_window w);
void ax_plot_keep(ax_plot_copy *c, ax_pane p, const ax_state *s, ax_curve_window w);

#endif
