#include "tui/ui/plots.h"

#include <stdlib.h>
#include <string.h>

ax_plots *ax_plots_new(void)
{
    return calloc(1, sizeof(ax_plots));
}

void ax_plots_free(ax_plots *p)
{
    if (!p)
        return;
    free(p->reward.cell);
    free(p->pareto.cell);
    free(p);
}

bool ax_plot_again(const ax_plot_copy *c, ax_pane p, const ax_state *s, ax_curve_window w)
{
    bool same = c->cell && c->seq == s->seq && c->glyphs == p.canvas->glyphs && c->window.from == w.from &&
                c->window.width == w.width && !memcmp(&c->at, &p.at, sizeof p.at);
    if (same)
        ax_pane_restore(p, c->cell);
    return same;
}

void ax_plot_keep(ax_plot_copy *c, ax_pane p, const ax_state *s, ax_curve_window w)
{
    free(c->cell);
    *c = (ax_plot_copy) { .seq = s->seq, .at = p.at, .glyphs = p.canvas->glyphs, .window = w, .cell = ax_pane_save(p) };
}
