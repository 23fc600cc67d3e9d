/* The coordinator's dealings with its worker. */
#include "engine/search/coordinator_internal.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static void say_device(ax_coordinator *c, const ax_worker_message *m)
{
    ax_event ev;
    memset(&ev, 0, sizeof ev);
    ev.kind = AX_EVENT_DEVICE;
    snprintf(ev.u.DEVICE.name, sizeof ev.u.DEVICE.name, "%s", m->text);
    ev.u.DEVICE.threads = m->threads;
    ev.u.DEVICE.rss_bytes = m->rss;
    ax_coordinator_emit(c, &ev);
}

static const char *cause_of(int64_t code)
{
    switch (code) {
    case AX_ENOMEM:
        return "memory";
    case AX_EFORMAT:
        return "diverged";
    case AX_EIO:
        return "disk";
    case AX_EDATA:
        return "data";
    default:
        return "other";
    }
}

/* The first worker's troubles are those of the start: whoever typed it shall read them. Later ones pass, perhaps. */
static void on_broken(ax_coordinator *c, const ax_worker_message *m)
{
    if (c->worked)
        snprintf(c->crew.last, sizeof c->crew.last, "%s", m->text);
    else
        ax_fail(&c->err, m->code > 0 && m->code <= AX_CODE_LAST ? (ax_code)m->code : AX_EIO,
                "the worker can't get ready: %s", m->text);
}

static void on_worker(ax_coordinator *c, const ax_worker_message *m)
{
    bool about_job = m->id && m->id == ax_search_running(c->search);
    switch (m->say) {
    case AX_SAY_READY:
        c->crew.ready = c->worked = true;
        say_device(c, m);
        break;
    case AX_SAY_BROKEN:
        on_broken(c, m);
        break;
    case AX_SAY_WARNING:
        ax_search_log(c->search, "warning", m->id, m->text);
        break;
    case AX_SAY_PROGRESS:
        if (about_job || !m->id)
            ax_search_progress(c->search, m->text, m->stage, m->epoch, m->step, m->steps, m->loss);
        break;
    case AX_SAY_OUTCOME:
        c->crew.deaths = 0;
        if (about_job)
            ax_search_outcome(c->search, &m->outcome, &c->err);
        break;
    case AX_SAY_STAGE:
        if (about_job)
            ax_search_stage1(c->search, &m->outcome);
        break;
    case AX_SAY_FAILED:
        if (about_job)
            ax_search_failed(c->search, cause_of(m->code), m->text);
        break;
    case AX_SAY_STOPPED:
        if (about_job)
            ax_search_stopped(c->search);
        break;
    case AX_SAY_SETTINGS:
    case AX_SAY_JOB:
    case AX_SAY_STOP:
    case AX_SAY_GO:
    case AX_SAY_END:
    case AX_SAY_COUNT:
        break;
    }
}

/* why: "", or what is known better than how it died. */
static void bury(ax_coordinator *c, const char *cause, const char *why)
{
    char how[AX_WORKER_TEXT];
    ax_crew_bury(&c->crew, how, sizeof how);
    const char *message = why[0] ? why : how;
    if (ax_search_running(c->search))
        ax_search_failed(c->search, cause, message);
    else
        ax_search_worker_failed(c->search, message);
}

void ax_coordinator_read_worker(ax_coordinator *c)
{
    ax_worker_message m;
    int got = 0;
    while (c->err.code == AX_OK && (got = ax_crew_next(&c->crew, &m)) > 0)
        on_worker(c, &m);
    if (got == 0 || c->err.code != AX_OK)
        return;
    bury(c, "crashed", "");
}

/* When a silent worker counts as hanging (monotonic); 0 = never. One with nothing to do may be silent. */
static double hangs_at(const ax_coordinator *c)
{
    bool busy = !c->crew.ready || ax_search_running(c->search);
    return busy ? ax_crew_hangs_at(&c->crew, c->settings.hang_seconds) : 0;
}

static void end_hanging(ax_coordinator *c)
{
    char why[AX_WORKER_TEXT];
    snprintf(why, sizeof why, "the worker hung: no sign of life for %.0f s",
             ax_coordinator_monotonic() - c->crew.heard_at);
    kill(c->crew.pid, SIGKILL);
    bury(c, "hang", why);
}

double ax_coordinator_worker_due(const ax_coordinator *c)
{
    if (!c->crew.pid)
        return ax_search_paused(c->search) ? INFINITY : c->crew.start_at;
    double at = hangs_at(c);
    return at > 0 ? at : INFINITY;
}

void ax_coordinator_drive_worker(ax_coordinator *c)
{
    ax_crew *crew = &c->crew;
    ax_err gone; /* a worker that doesn't listen is found dead when its socket is read */
    if (!crew->pid) {
        if (!ax_search_paused(c->search) && ax_coordinator_monotonic() >= crew->start_at)
            ax_crew_start(crew, &c->settings, &c->err);
        return;
    }
    double hung = hangs_at(c);
    if (hung > 0 && ax_coordinator_monotonic() >= hung) {
        end_hanging(c);
        return;
    }
    if (!crew->ready)
        return;
    if (ax_search_halting(c->search) && !crew->told_stop) {
        ax_worker_message m = { .say = AX_SAY_STOP, .id = ax_search_running(c->search) };
        ax_crew_send(crew, &m, &gone);
        crew->told_stop = true;
    }
    bool goes_on;
    if (ax_search_verdict(c->search, &goes_on)) {
        ax_worker_message m = { .say = goes_on ? AX_SAY_GO : AX_SAY_END, .id = ax_search_running(c->search) };
        ax_crew_send(crew, &m, &gone);
    }
    ax_search_job job;
    bool taken;
    if (ax_search_take(c->search, &job, &taken, &c->err) != AX_OK || !taken)
        return;
    crew->told_stop = false;
    ax_worker_message m = { .say = AX_SAY_JOB, .id = job.id, .genotype = job.genotype, .full = job.full };
    ax_crew_send(crew, &m, &gone);
}
