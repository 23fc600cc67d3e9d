#include "tests/helper/desk.h"
#include "tests/helper/suite.h"

#include <stdlib.h>
#include <string.h>

static void fold(void *context, ax_event *ev)
{
    ax_state_fold(context, ev);
}

void ax_desk_play(ax_desk *d, const ax_history *h)
{
    ax_state_init(&d->state);
    double now = ax_history_play(h, fold, &d->state);
    assert_int_equal(ax_ui_init(&d->ui, &d->state, "run", NULL), AX_OK);
    d->ui.now = now;
    d->ui.link = AX_LINK_LIVE;
    ax_ui_refresh(&d->ui);
    ax_ui_arrange(&d->ui, 24, 80);
}

int ax_desk_set_up(void **state)
{
    ax_desk *d = calloc(1, sizeof *d);
    if (!d)
        return -1;
    ax_desk_play(d, &(ax_history) { .candidates = 60 });
    *state = d;
    return 0;
}

int ax_desk_tear_down(void **state)
{
    ax_desk *d = *state;
    ax_ui_release(&d->ui);
    ax_state_release(&d->state);
    free(d);
    return 0;
}

void ax_desk_keys(ax_desk *d, const char *text)
{
    for (; *text; text++)
        ax_ui_key(&d->ui, (unsigned char)*text);
}

void ax_desk_event(ax_desk *d, ax_event ev)
{
    ev.seq = d->state.seq + 1;
    ev.at = ev.clock = d->state.last_at + 1;
    ax_state_fold(&d->state, &ev);
    d->ui.now = ev.at;
    ax_ui_refresh(&d->ui);
    ax_ui_arrange(&d->ui, 24, 80);
}

void ax_desk_score(ax_desk *d, uint32_t id, double reward)
{
    ax_event ev;
    memset(&ev, 0, sizeof ev);
    ev.kind = AX_EVENT_SCORED;
    ev.id = id;
    ev.u.SCORED.reward = reward;
    ev.u.SCORED.stage = 1;
    ax_desk_event(d, ev);
}

void ax_desk_check_command(const ax_desk *d, uint32_t n, ax_verb verb, uint32_t id, const char *text)
{
    assert_int_equal(d->ui.n_out, n);
    const ax_command *c = &d->ui.out[n - 1];
    assert_int_equal(c->verb, verb);
    assert_int_equal(c->id, id);
    assert_string_equal(c->text, text);
}
