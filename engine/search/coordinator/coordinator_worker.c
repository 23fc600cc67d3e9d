/* The coordinator's handling of its workers. */
#include "engine/base/clock.h"
#include "engine/base/cores.h"
#include "engine/search/coordinator/coordinator_internal.h"
#include "engine/search/coordinator/leftovers.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static ax_cause cause_of(int64_t code)
{
    switch (code) {
    case AX_ENOMEM:
        return AX_CAUSE_MEMORY;
    case AX_EFORMAT:
        return AX_CAUSE_DIVERGED;
    case AX_EDEVICE:
        return AX_CAUSE_DEVICE;
    case AX_EIO:
        return AX_CAUSE_DISK;
    case AX_EDATA:
        return AX_CAUSE_DATA;
    default:
        return AX_CAUSE_OTHER;
    }
}

/* Whether the worker failed to write because a folder was removed that exists again: a retry will succeed. */
static bool folder_was_lost(ax_coordinator *c, uint32_t k, const ax_worker_message *m)
{
    if (m->code != AX_EIO)
        return false;
    ax_coordinator_restore_folders(c, true, NULL);
    return c->worker[k].folder_lost;
}

/* The first worker's failures are those of the start, and the user should see them. Later ones may be temporary. */
static void on_broken(ax_coordinator *c, uint32_t k, const ax_worker_message *m)
{
    ax_worker_process *worker = &c->worker[k];
    if (c->worked || folder_was_lost(c, k, m))
        snprintf(worker->last, sizeof worker->last, "%s", m->text);
    else
        ax_fail(&c->err, m->code > 0 && m->code <= AX_CODE_LAST ? (ax_code)m->code : AX_EIO,
                "the worker can't get ready: %s", m->text);
}

static void reap(ax_coordinator *c, uint32_t k, ax_cause cause, const char *why);

/* A process whose device has failed gets only errors from it from then on: the worker must end too. */
static void on_failed(ax_coordinator *c, uint32_t k, const ax_worker_message *m)
{
    if (folder_was_lost(c, k, m)) {
        ax_search_log(c->search, AX_LEVEL_WARNING, m->id, m->text);
        ax_search_stopped(c->search, k); /* back to the queue */
        return;
    }
    if (m->code != AX_EDEVICE) {
        ax_search_failed(c->search, k, cause_of(m->code), m->text);
        return;
    }
    kill(c->worker[k].pid, SIGKILL);
    reap(c, k, cause_of(m->code), m->text);
}

/* Ends the worker's waiting time for the engine: it has work again, or there is none. */
static void count_wait(ax_coordinator *c, uint32_t k)
{
    if (c->worker[k].waits_since > 0)
        c->lost += ax_clock() - c->worker[k].waits_since;
    c->worker[k].waits_since = 0;
}

void ax_coordinator_count_waits(ax_coordinator *c)
{
    for (uint32_t k = 0; k < c->devices.n; k++)
        count_wait(c, k);
}

/* The other workers' devices, for a training that may use all. Only devices known to work; a training that failed is
   repeated on one device, in case the others caused it. */
static uint64_t peers_of(const ax_coordinator *c, uint32_t k, const ax_search_job *job)
{
    uint64_t peers = 0;
    for (uint32_t i = 0; i < c->devices.n; i++)
        if (i != k && c->worker[i].ready)
            peers |= ax_worker_devices_bit(&c->devices, i);
    peers &= ~ax_worker_devices_bit(&c->devices, k); /* which other workers may use, too */
    return job->full && !job->again ? peers : 0;
}

/* Gives idle workers their next job, then does the search's deferred work. */
static void hand_out(ax_coordinator *c, uint32_t k)
{
    ax_worker_process *worker = &c->worker[k];
    ax_search_job job;
    bool taken = false;
    if (c->err.code != AX_OK || ax_search_running(c->search, k) ||
        ax_search_take(c->search, k, &job, &taken, &c->err) != AX_OK)
        return;
    if (taken) {
        ax_err gone; /* it will be found dead when its socket is read */
        ax_worker_message m = { .say = AX_SAY_JOB, .id = job.id, .genotype = job.genotype, .full = job.full };
        m.seed = job.seed;
        m.peers = peers_of(c, k, &job);
        worker->told_stop = worker->folder_lost = false;
        ax_worker_process_send(worker, &m, &gone);
        count_wait(c, k);
    }
    ax_search_catch_up(c->search, &c->err);
}

static void on_outcome(ax_coordinator *c, uint32_t k, const ax_outcome *o)
{
    uint32_t id = ax_search_running(c->search, k);
    if (c->err.code != AX_OK || ax_search_outcome(c->search, k, o, &c->err) != AX_OK)
        return; /* the run ends: results not taken in are judged again */
    ax_coordinator_note_result(c, id);
    if (c->stop || ax_search_wants_stop(c->search))
        ax_search_catch_up(c->search, &c->err);
    else
        hand_out(c, k);
}

static void on_worker(ax_coordinator *c, uint32_t k, const ax_worker_message *m)
{
    ax_worker_process *worker = &c->worker[k];
    bool about_job = m->id && m->id == ax_search_running(c->search, k);
    if (m->say != AX_SAY_PROGRESS && m->say != AX_SAY_WARNING && m->say != AX_SAY_DEVICES && m->say != AX_SAY_EPOCH)
        worker->waits_since = ax_clock();
    ax_coordinator_note_memory(c, k, m->rss);
    switch (m->say) {
    case AX_SAY_READY:
        worker->ready = c->worked = true;
        if (ax_search_check_data(c->search, m->data)) {
            ax_leftovers_remove_pictures(c->dirfd);
            c->pictures = (struct timespec) { 0 };
        }
        ax_coordinator_say_device(c, k, m);
        break;
    case AX_SAY_BROKEN:
        on_broken(c, k, m);
        break;
    case AX_SAY_WARNING:
        ax_search_log(c->search, AX_LEVEL_WARNING, m->id, m->text);
        break;
    case AX_SAY_PROGRESS:
        if (about_job || !m->id)
            ax_search_progress(c->search, k, m->text, m->stage, m->epoch, m->step, m->steps, m->loss);
        break;
    case AX_SAY_EPOCH:
        if (about_job)
            ax_search_validated(c->search, k, m->stage, m->epoch, m->epochs, m->loss, m->reward);
        break;
    case AX_SAY_DEVICES:
        if (about_job)
            ax_search_set_devices(c->search, k, m->steps);
        break;
    case AX_SAY_OUTCOME:
        worker->deaths = 0;
        if (about_job)
            on_outcome(c, k, &m->outcome);
        break;
    case AX_SAY_STAGE:
        if (about_job)
            ax_search_stage1(c->search, k, &m->outcome);
        break;
    case AX_SAY_FAILED:
        if (about_job)
            on_failed(c, k, m);
        break;
    case AX_SAY_STOPPED:
        if (about_job)
            ax_search_stopped(c->search, k);
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

static bool others_ready(const ax_coordinator *c, uint32_t k)
{
    for (uint32_t i = 0; i < c->devices.n; i++)
        if (i != k && c->worker[i].ready)
            return true;
    return false;
}

/* A worker that fails while idle doesn't end a run that has others. */
static void say_lost(ax_coordinator *c, uint32_t k, const char *message)
{
    if (others_ready(c, k))
        ax_search_log(c->search, AX_LEVEL_WARNING, 0, message);
    else
        ax_search_worker_failed(c->search, message);
}

/* why: "", or a better explanation than how it died. */
static void reap(ax_coordinator *c, uint32_t k, ax_cause cause, const char *why)
{
    char how[AX_WORKER_TEXT];
    bool excused = c->worker[k].folder_lost;
    ax_worker_process_reap(&c->worker[k], how, sizeof how);
    const char *message = why[0] ? why : how;
    if (ax_search_running(c->search, k))
        ax_search_failed(c->search, k, cause, message);
    else if (excused)
        ax_search_log(c->search, AX_LEVEL_WARNING, 0, message);
    else
        say_lost(c, k, message);
}

void ax_coordinator_read_worker(ax_coordinator *c, uint32_t k)
{
    ax_worker_message m;
    int got = ax_worker_process_receive(&c->worker[k]);
    while (got >= 0 && c->err.code == AX_OK && (got = ax_worker_process_next(&c->worker[k], &m)) > 0)
        on_worker(c, k, &m);
    if (got == 0 || c->err.code != AX_OK)
        return;
    reap(c, k, AX_CAUSE_CRASHED, "");
}

/* When a silent worker counts as hanging (monotonic); 0 = never. An idle worker may be silent. */
static double hang_deadline(const ax_coordinator *c, uint32_t k)
{
    bool busy = !c->worker[k].ready || ax_search_running(c->search, k);
    return busy ? ax_worker_process_hang_deadline(&c->worker[k], c->settings.hang_seconds) : 0;
}

static void end_hanging(ax_coordinator *c, uint32_t k)
{
    char why[AX_WORKER_TEXT];
    snprintf(why, sizeof why, "the worker hung: no sign of life for %.0f s", ax_clock() - c->worker[k].heard_at);
    kill(c->worker[k].pid, SIGKILL);
    reap(c, k, AX_CAUSE_HANG, why);
}

/* The first worker fills the cache and shows that data and device are good; the others start once it is ready. */
static bool may_start(const ax_coordinator *c, uint32_t k)
{
    return !ax_search_paused(c->search) && (k == 0 || c->worked);
}

static double due(const ax_coordinator *c, uint32_t k)
{
    if (!c->worker[k].pid)
        return may_start(c, k) ? c->worker[k].start_at : INFINITY;
    double at = hang_deadline(c, k);
    return at > 0 ? at : INFINITY;
}

double ax_coordinator_workers_due(const ax_coordinator *c)
{
    double first = INFINITY;
    for (uint32_t k = 0; k < c->devices.n; k++)
        first = fmin(first, due(c, k));
    return first;
}

static void start(ax_coordinator *c, uint32_t k)
{
    ax_settings settings = c->settings;
    memcpy(settings.device, c->devices.name[k], sizeof settings.device);
    if (settings.workers > 1) /* each gets its own cores, so that none waits for another's threads */
        ax_cores_part_of(c->settings.share, (int)k + 1, (int)settings.workers, settings.share, sizeof settings.share);
    settings.workers = ax_worker_devices_sharers(&c->devices, k); /* workers that share the device's memory */
    ax_err err = { AX_OK, "" };
    if (ax_worker_process_start(&c->worker[k], &settings, c->encoder.key, &err) != AX_OK)
        say_lost(c, k, err.msg);
}

static void drive(ax_coordinator *c, uint32_t k)
{
    ax_worker_process *worker = &c->worker[k];
    ax_err gone; /* a worker that can't be told is found dead when its socket is read */
    if (!worker->pid) {
        if (may_start(c, k) && ax_clock() >= worker->start_at)
            start(c, k);
        return;
    }
    double hung = hang_deadline(c, k);
    if (hung > 0 && ax_clock() >= hung && !ax_worker_process_has_spoken(worker)) {
        end_hanging(c, k);
        return;
    }
    if (!worker->ready)
        return;
    if (ax_search_stop_requested(c->search, k) && !worker->told_stop) {
        ax_worker_message m = { .say = AX_SAY_STOP, .id = ax_search_running(c->search, k) };
        ax_worker_process_send(worker, &m, &gone);
        worker->told_stop = true;
    }
    bool goes_on;
    if (ax_search_verdict(c->search, k, &goes_on)) {
        ax_worker_message m = { .say = goes_on ? AX_SAY_GO : AX_SAY_END, .id = ax_search_running(c->search, k) };
        ax_worker_process_send(worker, &m, &gone);
        count_wait(c, k);
    }
    hand_out(c, k);
}

void ax_coordinator_drive_workers(ax_coordinator *c)
{
    /* candidates that ended without a worker are saved before the next job */
    for (uint32_t k = 0; k < c->devices.n && c->err.code == AX_OK && !ax_search_dirty(c->search); k++)
        drive(c, k);
}
