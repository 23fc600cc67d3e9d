/* The list of runs, which is shown when no run is. */
#ifndef AX_TUI_VIEW_OFFER_H
#define AX_TUI_VIEW_OFFER_H

#include "tui/ui/keymap.h"
#include "viz/canvas.h"

#include <limits.h>
#include <stdint.h>

enum { AX_OFFER_RUNS = 64 };
typedef struct ax_offer_item {
    char name[64], path[PATH_MAX];
    bool live, marked;
    bool read;                                     /* the members below are known */
    char state[16], task[16], data[80], last[220]; /* last: the last line of its log, or why it failed */
    uint32_t ended, best;                          /* best: a candidate, 0 = none */
    int64_t planned;
    double reward, newest; /* newest: time of its last event in seconds since the epoch */
} ax_offer_item;
typedef struct ax_offers {
    int n, selected, n_marked;
    bool can_demo, can_resume;
    bool asks;         /* it asks whether the selected run is to be removed */
    bool helps;        /* its keys are listed over it */
    double now;        /* seconds since the epoch */
    ax_keymap keys;    /* the user's */
    char message[504]; /* "" = none */
    ax_offer_item item[AX_OFFER_RUNS];
} ax_offers;

void ax_draw_offer(ax_canvas *c, const ax_offers *list);

/* Keys of the list alone, unless the user has given them to an action that the list does. */
enum { AX_OFFER_KEY_RESUME = 'r', AX_OFFER_KEY_DEMO = 'd' };
bool ax_offer_keeps(const ax_offers *list, uint32_t key);

#endif
