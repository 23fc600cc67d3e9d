/* The workers' candidates, and their speed. */
#include "engine/wire/state_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static ax_worker_seen *worker_of(ax_state *s, int64_t number)
{
    if (number < 1 || number > AX_WORKERS_SHOWN)
        return NULL;
    while (s->n_workers < number)
        s->worker[s->n_workers++] = (ax_worker_seen) { .id = 0 };
    return &s->worker[number - 1];
}

static ax_worker_seen *that_trains(ax_state *s, uint32_t id)
{
    for (uint32_t k = 0; k < s->n_workers && id; k++)
        if (s->worker[k].id == id)
            return &s->worker[k];
    return NULL;
}

static void start(ax_state *s, const ax_event *ev)
{
    ax_worker_seen *before = that_trains(s, ev->id), *w = worker_of(s, ev->u.STARTED.worker);
    if (before)
        before->id = 0;
    if (!w)
        return;
    w->id = ev->id;
    w->from_step = 0;
}

static void step(ax_state *s, const ax_event *ev)
{
    ax_worker_seen *w = that_trains(s, ev->id);
    if (!w || ev->u.PROGRESS.step < 1 || ev->u.PROGRESS.step > INT32_MAX)
        return;
    if (!w->from_step || ev->u.PROGRESS.step < w->from_step) {
        w->from_step = (int32_t)ev->u.PROGRESS.step;
        w->from = s->elapsed;
    }
    w->seen = s->elapsed;
}

static void introduce(ax_state *s, const ax_event *ev)
{
    ax_worker_seen *w = worker_of(s, ev->u.DEVICE.worker);
    if (!w)
        return;
    snprintf(w->device, sizeof w->device, "%.31s", ev->u.DEVICE.name);
    snprintf(w->host, sizeof w->host, "%.31s", ev->u.DEVICE.host);
    w->threads = ev->u.DEVICE.threads;
    w->rss_bytes = ev->u.DEVICE.rss_bytes;
}

void ax_state_fold_worker(ax_state *s, const ax_event *ev)
{
    switch (ev->kind) {
    case AX_EVENT_HELLO:
    case AX_EVENT_BYE:
        s->n_workers = 0; /* an engine's workers end with it */
        break;
    case AX_EVENT_DEVICE:
        introduce(s, ev);
        break;
    case AX_EVENT_STARTED:
        start(s, ev);
        break;
    case AX_EVENT_PROGRESS:
        step(s, ev);
        break;
    default:
        break;
    }
    for (uint32_t k = 0; k < s->n_workers; k++) {
        const ax_candidate *c = ax_state_candidate(s, s->worker[k].id);
        if (s->worker[k].id && (!c || c->status != AX_RUNNING))
            s->worker[k].id = 0;
    }
}

double ax_worker_pace(const ax_state *s, const ax_worker_seen *w)
{
    const ax_candidate *c = ax_state_candidate(s, w->id);
    return c && w->from_step && w->seen > w->from ? (c->step - w->from_step) / (w->seen - w->from) : NAN;
}
