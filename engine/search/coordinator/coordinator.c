#include "engine/search/coordinator/coordinator_internal.h"

#include "engine/base/clock.h"
#include "engine/base/utf8.h"
#include "engine/search/coordinator/leftovers.h"
#include "engine/search/journal/snapshot.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { WAIT_SECONDS = 15, BLIND_MS = 100 };
_Static_assert((int)AX_WORKERS == (int)AX_WORKER_DEVICES, "a worker per device");

void ax_coordinator_emit(void *context, ax_event *ev)
{
    ax_coordinator *c = context;
    ev->at = ax_clock_wall();
    ev->clock = ax_event_says_clock(ev->kind) ? ax_clock() : 0;
    if (ev->kind == AX_EVENT_PRUNED) /* from the search's time to the event's */
        ev->u.PRUNED.until += ev->at - ax_steady_now(&c->clock);
    if (c->err.code == AX_OK)
        ax_eventlog_append(c->log, ev, &c->err);
}

/* ---- the disk ---- */

static ax_code save(ax_coordinator *c, bool say, ax_err *err)
{
    size_t bytes = 0;
    double start = ax_clock();
    ax_code code = ax_eventlog_sync(c->log, err);
    if (code == AX_OK)
        code = ax_snapshot_save(c->search, &c->settledfile, ax_eventlog_seq(c->log), &bytes, err);
    if (code != AX_OK)
        return code;
    ax_search_clean(c->search);
    ax_leftovers_remove(c->dirfd, c->search);
    if (say) {
        ax_event ev;
        memset(&ev, 0, sizeof ev);
        ev.kind = AX_EVENT_SAVED;
        ev.u.SAVED.bytes = (int64_t)bytes;
        double now = ax_clock();
        ev.u.SAVED.milliseconds = 1e3 * (now - start);
        ev.u.SAVED.overhead = c->lost / (c->devices.n * (now - c->started_at));
        ax_coordinator_emit(c, &ev);
    }
    return AX_OK;
}

/* Called once per turn of the loop, for everything that happened in it; answers are sent only afterwards. */
static void commit(ax_coordinator *c)
{
    bool due = ax_search_dirty(c->search) || ax_search_wants_save(c->search);
    if (c->err.code == AX_OK && due) {
        ax_coordinator_guard(c);
        if (c->err.code == AX_OK)
            save(c, true, &c->err);
    }
    if (c->err.code == AX_OK && c->n_pending)
        ax_coordinator_guard(c);
    for (size_t i = 0; i < c->n_pending; i++) {
        ax_answer *a = &c->pending[i].answer;
        if (c->err.code != AX_OK) { /* whether it is on disk is unknown: the client may ask again */
            a->code = c->err.code;
            ax_utf8_copy(a->message, sizeof a->message, c->err.msg);
        }
        ax_clients_answer(c->clients, c->pending[i].client, a);
    }
    c->n_pending = 0;
    if (ax_search_wants_stop(c->search))
        c->stop = true;
}

static void take_command(void *context, uint64_t client, const ax_command *cmd)
{
    ax_coordinator *c = context;
    ax_pending *p = &c->pending[c->n_pending];
    p->client = client;
    ax_search_command(c->search, cmd, &p->answer);
    c->wait_until = 0;
    if (++c->n_pending == AX_PENDING)
        commit(c);
}

/* ---- the loop ---- */

/* Milliseconds until the next timed action. */
static int timeout(const ax_coordinator *c)
{
    if (ax_search_dirty(c->search)) /* something ended without a worker: there is more to do */
        return 0;
    double wait = ax_clients_next_deadline(c->clients) - ax_clock(), deadline = ax_search_deadline(c->search);
    if (deadline > 0)
        wait = fmin(wait, deadline - ax_steady_now(&c->clock));
    if (c->wait_until > 0)
        wait = fmin(wait, c->wait_until - ax_clock());
    else
        wait = fmin(wait, ax_coordinator_workers_due(c) - ax_clock());
    return wait <= 0 ? 0 : wait > 60 ? 60000 : (int)(wait * 1e3) + 1; /* a look at the run's files once a minute */
}

static void read_signals(ax_coordinator *c)
{
    struct signalfd_siginfo info;
    while (read(c->signals, &info, sizeof info) == sizeof info)
        c->stop = c->stop || info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT;
}

/* When the kernel can't wait for lack of memory or descriptors, look again after a while: the run neither ends nor
   spins. */
static void read_without_poll(ax_coordinator *c, struct pollfd *fds, nfds_t n, int why)
{
    char text[AX_EVENT_TEXT];
    snprintf(text, sizeof text, "cannot wait for workers and clients: %s; polling ten times a second", strerror(why));
    if (!c->blind)
        ax_search_log(c->search, AX_LEVEL_WARNING, 0, text);
    c->blind = true;
    poll(NULL, 0, BLIND_MS);
    for (nfds_t i = 0; i < n; i++)
        fds[i].revents = fds[i].events;
}

static void wait_and_read(ax_coordinator *c)
{
    /* only open descriptors: the kernel accepts no more entries than the descriptor limit */
    struct pollfd fds[1 + AX_WORKERS + AX_CLIENTS_POLL] = { { .fd = c->signals, .events = POLLIN } };
    uint32_t worker[AX_WORKERS], workers = 0;
    for (uint32_t k = 0; k < AX_WORKERS; k++)
        if (c->worker[k].fd >= 0) {
            worker[workers++] = k;
            fds[workers] = (struct pollfd) { .fd = c->worker[k].fd, .events = POLLIN };
        }
    struct pollfd *clients = fds + 1 + workers;
    ax_clients_set_time(c->clients, ax_clock());
    nfds_t n_clients = ax_clients_poll(c->clients, clients), n = 1 + workers + n_clients;
    int milliseconds = timeout(c);
    if (milliseconds)
        ax_coordinator_count_waits(c);
    bool waited = poll(fds, n, milliseconds) >= 0;
    int why = errno;
    if (!waited && why == EINTR)
        return;
    if (!waited)
        read_without_poll(c, fds, n, why);
    ax_search_set_time(c->search, ax_steady_now(&c->clock));
    ax_clients_set_time(c->clients, ax_clock());
    if (fds[0].revents)
        read_signals(c);
    for (uint32_t i = 0; i < workers; i++)
        if (fds[1 + i].revents)
            ax_coordinator_read_worker(c, worker[i]);
    if (c->err.code == AX_OK)
        ax_clients_read(c->clients, clients, n_clients, take_command, c);
}

/* Returns the ending: "finished", "stopped", "failed". */
static const char *loop(ax_coordinator *c)
{
    for (;;) {
        ax_search_set_time(c->search, ax_steady_now(&c->clock));
        ax_search_tick(c->search);
        ax_coordinator_restore_folders(c, true, NULL);
        if (ax_clients_unreachable(c->clients))
            ax_coordinator_guard(c);
        commit(c);
        if (c->err.code != AX_OK)
            return "failed";
        if (c->stop)
            return "stopped";
        bool finished = ax_search_finished(c->search);
        if (finished && ax_clock() >= c->wait_until)
            return "finished";
        if (!finished)
            ax_coordinator_drive_workers(c);
        if (c->err.code != AX_OK)
            return "failed";
        ax_clients_pump(c->clients);
        wait_and_read(c);
    }
}

static ax_code say_bye(ax_coordinator *c, const char *reason, ax_err *err)
{
    if (c->err.code == AX_OK)
        ax_coordinator_guard(c);
    ax_err first = c->err;
    if (c->evicted) {
        if (err)
            *err = first;
        return first.code;
    }
    if (first.code != AX_OK)
        reason = "failed";
    c->err = (ax_err) { AX_OK, "" };
    if (first.code != AX_OK)
        ax_search_log(c->search, AX_LEVEL_ERROR, 0, first.msg);
    ax_event ev;
    memset(&ev, 0, sizeof ev);
    ev.kind = AX_EVENT_BYE;
    snprintf(ev.u.BYE.reason, sizeof ev.u.BYE.reason, "%s", reason);
    ax_coordinator_emit(c, &ev);
    if (c->err.code == AX_OK && !ax_search_has_unlearned(c->search))
        save(c, false, &c->err);
    if (first.code == AX_OK)
        first = c->err;
    if (first.code != AX_OK && err)
        *err = first;
    return first.code;
}

ax_code ax_coordinator_run(int dirfd, const ax_coordinator_options *options, ax_err *err)
{
    ax_coordinator *c = calloc(1, sizeof *c);
    if (!c)
        return ax_fail(err, AX_ENOMEM, "no memory for a coordinator");
    c->dirfd = dirfd;
    c->lock = c->signals = -1;
    c->options = options;
    c->clock = ax_steady_start();
    for (uint32_t k = 0; k < AX_WORKERS; k++)
        ax_worker_process_init(&c->worker[k], dirfd);
    ax_settledfile_init(&c->settledfile, dirfd);
    ax_err why = { AX_OK, "" };
    ax_code code = ax_coordinator_start(c, &why);
    if (code == AX_OK) {
        c->wait_until = options->wait && ax_search_finished(c->search) ? ax_clock() + WAIT_SECONDS : 0;
        options->ready(options->context, c->first_seq);
        c->started_at = ax_clock();
        const char *reason = loop(c);
        for (uint32_t k = 0; k < c->devices.n; k++)
            ax_worker_process_hang_up(&c->worker[k]); /* all workers end at the same time */
        for (uint32_t k = 0; k < c->devices.n; k++)
            ax_worker_process_end(&c->worker[k]);
        code = say_bye(c, reason, &why);
    }
    ax_clients_free(c->clients);
    ax_eventlog_close(c->log);
    ax_settledfile_release(&c->settledfile);
    ax_search_free(c->search);
    if (c->signals >= 0)
        close(c->signals);
    if (c->lock >= 0)
        close(c->lock);
    free(c);
    if (code != AX_OK && err)
        *err = why;
    return code;
}
