/* The screens' model with a made-up run of 60 candidates, for tests of keys. */
#ifndef AX_TEST_DESK_H
#define AX_TEST_DESK_H

#include "tests/helper/history.h"
#include "tui/ui/ui.h"

typedef struct ax_desk {
    ax_state state;
    ax_ui ui;
} ax_desk;

/* Fixtures of a cmocka test: *state is the desk. */
int ax_desk_set_up(void **state);
int ax_desk_tear_down(void **state);
/* Plays another history, with a live engine and a window of 80x24. */
void ax_desk_play(ax_desk *d, const ax_history *h);
void ax_desk_keys(ax_desk *d, const char *text);
/* Folds an event that happens a second after the last one. */
void ax_desk_event(ax_desk *d, ax_event ev);
void ax_desk_score(ax_desk *d, uint32_t id, double reward);
/* Checks the newest of n queued commands. */
void ax_desk_check_command(const ax_desk *d, uint32_t n, ax_verb verb, uint32_t id, const char *text);

#endif
