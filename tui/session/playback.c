#include "tui/session/playback.h"

#include "engine/wire/history.h"
#include "engine/wire/run.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

/* ---- the events, one after another ---- */

/* Reads more of the log. False: the log has ended, or can't be read further. */
static bool feed(ax_playback *p, bool *end)
{
    char bytes[1 << 16];
    ssize_t n;
    while ((n = read(p->fd, bytes, sizeof bytes)) < 0 && errno == EINTR) {
    }
    *end = n <= 0;
    return n > 0 && ax_eventreader_feed(p->reader, bytes, (size_t)n, NULL) == AX_OK;
}

/* Takes the next event from the log, skipping damage. */
static void advance(ax_playback *p)
{
    bool end = false, more = true;
    int got = 0;
    while (got <= 0 && more) {
        got = ax_eventreader_next(p->reader, &p->next, NULL);
        if (got < 0)
            more = ax_eventreader_resync(p->reader, end) > 0 || feed(p, &end);
        else if (!got)
            more = feed(p, &end);
    }
    p->has_next = got > 0;
}

static ax_code rewind_log(ax_playback *p, ax_err *err)
{
    ax_eventreader_free(p->reader);
    p->reader = ax_eventreader_new(err);
    if (!p->reader)
        return AX_ENOMEM;
    if (lseek(p->fd, 0, SEEK_SET) < 0)
        return ax_fail(err, AX_EIO, AX_RUN_LOG ": cannot read: %s", strerror(errno));
    advance(p);
    return AX_OK;
}

static bool fold_due(ax_playback *p, const ax_replay *r, ax_state *s)
{
    bool any = false;
    for (; p->has_next && ax_state_elapsed_at(s, &p->next) <= r->at; any = true) {
        ax_state_fold(s, &p->next);
        advance(p);
    }
    return any;
}

/* ---- the clock ---- */

ax_code ax_playback_open(ax_playback *p, int dirfd, ax_replay *r, ax_state *s, double clock, ax_err *err)
{
    ax_state all;
    ax_state_init(&all);
    *p = (ax_playback) { .dirfd = dirfd, .fd = -1, .clock = clock };
    ax_code code = ax_history_fold(dirfd, &all, err);
    r->total = all.elapsed;
    ax_state_release(&all);
    if (code != AX_OK)
        return code;
    p->fd = openat(dirfd, AX_RUN_LOG, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (p->fd < 0)
        return ax_fail(err, AX_EIO, AX_RUN_LOG ": cannot open: %s", strerror(errno));
    r->at = fmin(r->at, r->total);
    code = rewind_log(p, err);
    if (code == AX_OK)
        fold_due(p, r, s);
    return code;
}

void ax_playback_close(ax_playback *p)
{
    ax_eventreader_free(p->reader);
    if (p->fd > 0)
        close(p->fd);
    *p = (ax_playback) { .fd = -1 };
}

bool ax_playback_go(ax_playback *p, ax_replay *r, ax_state *s, double clock)
{
    double before = floor(r->at), passed = clock - p->clock;
    p->clock = clock;
    if (!r->held)
        r->at = fmin(r->at + passed * r->speed, r->total);
    return fold_due(p, r, s) || floor(r->at) > before;
}

ax_code ax_playback_seek(ax_playback *p, ax_replay *r, ax_state *s, double at, ax_err *err)
{
    bool back = at < r->at;
    r->at = fmin(fmax(at, 0), r->total);
    if (back) {
        ax_state_release(s);
        ax_state_init(s);
    }
    ax_code code = back ? rewind_log(p, err) : AX_OK;
    if (code == AX_OK)
        fold_due(p, r, s);
    return code;
}

double ax_playback_wait(const ax_playback *p, const ax_replay *r, const ax_state *s)
{
    if (r->held || ax_replay_ended(r))
        return INFINITY;
    double second = 1 - fmod(r->at, 1), due = p->has_next ? ax_state_elapsed_at(s, &p->next) - r->at : INFINITY;
    return fmax(fmin(second, due), 0) / r->speed;
}
