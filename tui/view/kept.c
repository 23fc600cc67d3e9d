#include "tui/view/kept.h"

#include <stdlib.h>
#include <string.h>

void ax_kept_drop(ax_kept *k)
{
    free(k->cell);
    *k = (ax_kept) { .cell = NULL };
}

bool ax_kept_draw(const ax_kept *k, ax_pane p, const ax_state *s, const void *how, size_t how_size)
{
    bool same = k->cell && k->seq == s->seq && k->glyphs == p.canvas->glyphs && k->how_size == how_size &&
                !memcmp(k->how, how, how_size) && !memcmp(&k->at, &p.at, sizeof p.at);
    if (same)
        ax_pane_restore(p, k->cell);
    return same;
}

void ax_kept_save(ax_kept *k, ax_pane p, const ax_state *s, const void *how, size_t how_size)
{
    ax_kept_drop(k);
    *k = (ax_kept) {
        .seq = s->seq, .at = p.at, .glyphs = p.canvas->glyphs, .how_size = how_size, .cell = ax_pane_save(p)
    };
    memcpy(k->how, how, how_size);
}
