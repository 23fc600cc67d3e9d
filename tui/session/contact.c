#include "tui/session/contact.h"

#include "engine/base/clock.h"
#include "engine/wire/run.h"

#include <math.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

static const double look_often = 0.2; /* seconds between tries while an engine starts */
static const double eager_for = 15;
static const double look_seldom = 2; /* without inotify, and for an engine that has the run but doesn't listen */

/* A starting engine creates its socket; who removes the run deletes its files. */
static void watch(ax_contact *c)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", c->dirfd);
    if (c->watch >= 0 && c->watched < 0)
        c->watched = inotify_add_watch(c->watch, path, IN_CREATE | IN_MOVED_TO | IN_DELETE);
}

/* Stops watching: a running engine creates files all the time. */
static void unwatch(ax_contact *c)
{
    if (c->watched >= 0)
        inotify_rm_watch(c->watch, c->watched);
    c->watched = -1;
}

void ax_contact_open(ax_contact *c, int dirfd)
{
    *c = (ax_contact) { .dirfd = dirfd, .watched = -1, .look_at = INFINITY };
    c->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    c->eager = ax_clock() + eager_for;
    watch(c);
}

void ax_contact_leave(ax_contact *c)
{
    ax_client_free(c->client);
    c->client = NULL;
    watch(c);
}

void ax_contact_close(ax_contact *c)
{
    ax_contact_leave(c);
    if (c->watch >= 0)
        close(c->watch);
    c->watch = -1;
}

ax_found ax_contact_look(ax_contact *c)
{
    ax_err err;
    if (c->client)
        return AX_FOUND_LIVE;
    double now = ax_clock();
    pid_t engine = ax_run_engine(c->dirfd);
    c->client = engine > 0 ? ax_client_open(c->dirfd, &err) : NULL;
    if (c->client) {
        unwatch(c);
        c->engine = engine;
        c->look_at = INFINITY;
        return AX_FOUND_LIVE;
    }
    bool often = engine > 0 && now<c->eager, seldom = engine> 0 || c->watch < 0;
    c->look_at = often ? now + look_often : seldom ? now + look_seldom : INFINITY;
    return engine > 0 ? AX_FOUND_SILENT : AX_FOUND_NONE;
}

static void drain(const ax_contact *c)
{
    char events[4096];
    while (read(c->watch, events, sizeof events) > 0)
        ;
}

bool ax_contact_due(ax_contact *c, bool watch_is_readable)
{
    double now = ax_clock();
    if (watch_is_readable) {
        drain(c);
        c->eager = now + eager_for;
    }
    return !c->client && (watch_is_readable || now >= c->look_at);
}

void ax_contact_lost(ax_contact *c)
{
    double now = ax_clock();
    ax_contact_leave(c);
    /* not at once: a process that was killed closes its socket before it gives its lock back */
    c->look_at = now + look_often;
    c->eager = now + eager_for;
}

double ax_contact_wait(const ax_contact *c)
{
    return c->client ? INFINITY : c->look_at - ax_clock();
}
