/* The screen without a run. */
#ifndef AX_TUI_VIEW_OFFER_H
#define AX_TUI_VIEW_OFFER_H

#include "viz/canvas.h"

#include <limits.h>

enum { AX_OFFER_RUNS = 64 };
typedef struct ax_offer_item {
    char name[64], path[PATH_MAX];
    bool live, marked;
} ax_offer_item;
typedef struct ax_offers {
    int n, selected, n_marked;
    bool can_demo, can_resume;
    char message[504]; /* "" = none */
    ax_offer_item item[AX_OFFER_RUNS];
} ax_offers;

void ax_draw_offer(ax_canvas *c, const ax_offers *list);

#endif
