/* A session that plays the past instead of following an engine. */
#include "tui/session/session_internal.h"

#include <math.h>
#include <unistd.h>

ax_code ax_session_start_replay(ax_session_state *s, ax_err *err)
{
    ax_replay *r = &s->ui.replay;
    *r = (ax_replay) { .on = true, .speed = s->options->replay_speed, .at = s->options->replay_from };
    s->ui.readonly = true;
    s->engine = (ax_contact) { .watch = -1, .watched = -1, .look_at = INFINITY };
    return ax_playback_open(&s->playback, s->dirfd, r, &s->state, s->ui.now, err);
}

void ax_session_replay(ax_session_state *s)
{
    ax_err err;
    ax_replay *r = &s->ui.replay;
    if (!r->on)
        return;
    s->dirty = ax_playback_go(&s->playback, r, &s->state, s->ui.now) || s->dirty;
    if (!(fabs(r->skip) > 0))
        return;
    if (ax_playback_seek(&s->playback, r, &s->state, r->at + r->skip, &err) != AX_OK)
        ax_ui_say(&s->ui, true, "%s", err.msg);
    r->skip = 0;
    ax_ui_replaced(&s->ui);
    s->dirty = true;
    ax_session_hurry(s);
}
