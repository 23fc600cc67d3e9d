#include "tui/client/follow.h"

#include "engine/base/out.h"
#include "engine/wire/history.h"
#include "engine/wire/narrate.h"
#include "engine/wire/run.h"
#include "tui/client/report.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

typedef struct follow {
    const ax_run_handle *run;
    ax_engine *engine;
    const ax_follow *how;
    ax_state *s;
    bool tty, asked;               /* stderr is a terminal; the engine was asked to stop */
    bool refused;                  /* the engine serves as many clients as it can; the next try is later */
    bool given_up;                 /* the engine was asked to stop because the run is paused and unattended */
    bool line_open;                /* a line of progress stands on stderr */
    char complaint[AX_EVENT_TEXT]; /* the error that was printed last */
} follow;

/* Signals that were ignored when this program started (by nohup, or by a shell for a background job) stay ignored. */
static sigset_t held(void)
{
    static const int wanted[] = { SIGINT, SIGTERM, SIGHUP };
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        struct sigaction now;
        if (!sigaction(wanted[i], NULL, &now) && now.sa_handler != SIG_IGN)
            sigaddset(&set, wanted[i]);
    }
    return set;
}

void ax_follow_hold_signals(void)
{
    sigset_t set = held();
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static void clear_line(follow *f)
{
    if (f->line_open)
        ax_out_progress("%s", "");
    f->line_open = false;
}

static void progress_line(follow *f, const ax_event *ev)
{
    if (!f->tty || f->how->json)
        return;
    if (ev->id)
        ax_out_progress("#%u %.20s %lld/%lld", ev->id, ev->u.PROGRESS.what, (long long)ev->u.PROGRESS.step,
                        (long long)ev->u.PROGRESS.steps);
    else
        ax_out_progress("%.20s %lld/%lld", ev->u.PROGRESS.what, (long long)ev->u.PROGRESS.step,
                        (long long)ev->u.PROGRESS.steps);
    f->line_open = true;
}

static void complain(follow *f, const char *text)
{
    ax_complain("%s", text);
    snprintf(f->complaint, sizeof f->complaint, "%s", text);
}

static void print_event(follow *f, const ax_event *ev)
{
    char text[AX_EVENT_TEXT], count[40];
    const ax_candidate *c = ax_state_candidate(f->s, ev->id);
    if (ev->kind == AX_EVENT_PROGRESS) {
        progress_line(f, ev);
        return;
    }
    clear_line(f);
    ax_event_narrate(ev, text);
    switch (ev->kind) {
    case AX_EVENT_SCORED:
        if (c && !ev->u.SCORED.provisional) {
            snprintf(count, sizeof count, "%*u/%lld ", 4, f->s->n_scored + f->s->n_finals, (long long)f->s->planned);
            ax_report_candidate(count, f->s->task, c);
        }
        break;
    case AX_EVENT_FAILED:
        ax_complain("#%u failed: %s", ev->id, text);
        break;
    case AX_EVENT_PRUNED:
    case AX_EVENT_PROMOTED:
    case AX_EVENT_DEMOTED:
        ax_out_line("          #%u %s", ev->id, text);
        break;
    case AX_EVENT_LOG:
        if (ax_level_of(ev->u.LOG.level) >= AX_LEVEL_WARNING)
            complain(f, text);
        break;
    default:
        break;
    }
}

static void command(follow *f, ax_verb verb)
{
    ax_err err;
    ax_command cmd = { .verb = verb, .by = "user" };
    if (!f->engine->client)
        return;
    cmd.request = ax_client_request(f->engine->client);
    if (ax_client_send(f->engine->client, &cmd, &err) != AX_OK)
        ax_complain_of(&err);
}

/* A paused run needs a person. A run that had paused itself and was resumed is continued, since a person resumed it for
   that. */
static void mind_pause(follow *f, const ax_event *ev)
{
    bool starts = ev->kind == AX_EVENT_HELLO, itself = f->s->paused_by == AX_ACTOR_ENGINE;
    bool pauses = ev->kind == AX_EVENT_PAUSED && ev->id == 0 && ev->u.PAUSED.on;
    if (!f->s->paused || f->asked || !(starts || pauses))
        return;
    if (starts && itself) {
        command(f, AX_VERB_CONTINUE);
    } else if (f->how->unattended && (starts || itself)) {
        f->asked = f->given_up = true;
        command(f, AX_VERB_STOP);
    } else {
        ax_complain("the run is paused and waits; 'auxcell continue %s' goes on, Ctrl-C stops it", f->run->name);
    }
}

/* False: the event is of an earlier engine, or is a repetition. */
static bool take_event(follow *f, const ax_event *ev)
{
    if (ev->seq <= f->s->seq)
        return false; /* after a new connection some events may come twice */
    ax_state_fold(f->s, ev);
    if (ev->seq < f->engine->first_seq)
        return false;
    if (f->how->json)
        ax_report_event_json(ev);
    else
        print_event(f, ev);
    return true;
}

static void take_events(follow *f)
{
    ax_event ev;
    ax_answer answer;
    ax_incoming what;
    while ((what = ax_client_next(f->engine->client, &ev, &answer)) != AX_NOTHING) {
        if (what == AX_AN_ANSWER) {
            f->refused = !answer.request; /* no request was sent, so the engine refuses the connection itself */
            if (answer.code != AX_OK && strcmp(f->complaint, answer.message) != 0)
                complain(f, answer.message);
            continue;
        }
        if (take_event(f, &ev))
            mind_pause(f, &ev);
    }
}

static void take_rest(void *context, const ax_event *ev)
{
    take_event(context, ev);
}

/* Asks the engine to stop. False: the engine is left alone, after a second signal or a hang-up. */
static bool take_signal(follow *f, int sig)
{
    clear_line(f);
    if (sig == SIGHUP || f->asked)
        return false;
    f->asked = true;
    command(f, AX_VERB_STOP);
    ax_complain("stopping; 'auxcell resume %s' goes on from there", f->run->name);
    return true;
}

/* Connects again after the connection was lost: the engine has ended, or dropped a slow client. False: it has ended. */
static bool connect_again(follow *f)
{
    ax_client_free(f->engine->client);
    f->engine->client = NULL;
    for (;;) {
        if (f->refused)
            poll(NULL, 0, 1000);
        if (ax_engine_wait(f->engine, false))
            return false;
        if (ax_run_engine(f->run->dirfd) > 0 && (f->engine->client = ax_client_connect(f->run->dirfd, f->s->seq, NULL)))
            return true;
        if (!f->engine->pid)
            return false;
        poll(NULL, 0, 20);
    }
}

/* 0: the engine has ended; else the signal after which it was left alone. */
static int loop(follow *f, int signals)
{
    while (f->engine->client || connect_again(f)) {
        struct pollfd p[2] = { { .fd = ax_client_fd(f->engine->client), .events = POLLIN },
                               { .fd = signals, .events = POLLIN } };
        struct signalfd_siginfo info;
        if (poll(p, 2, -1) < 0 && errno != EINTR)
            return 0;
        if (p[1].revents && read(signals, &info, sizeof info) == sizeof info && !take_signal(f, (int)info.ssi_signo))
            return (int)info.ssi_signo;
        bool more = !p[0].revents || ax_client_pump(f->engine->client, NULL) == AX_OK;
        take_events(f);
        ax_out_flush();
        if (!more) {
            ax_client_free(f->engine->client);
            f->engine->client = NULL;
        }
    }
    return 0;
}

static int exit_code(follow *f)
{
    const ax_engine *e = f->engine;
    char line[256];
    if (e->pid && e->status > 128)
        ax_complain("the engine was killed by signal %d; 'auxcell resume %s' goes on", e->status - 128, f->run->name);
    else if (e->pid && e->status) {
        ax_engine_last_words(f->run->dirfd, 0, line);
        if (!f->complaint[0] ||
            strcmp(f->complaint, line) != 0) /* the last error of the log is usually why the engine ended */
            ax_complain("%s", line[0] ? line : "the engine failed");
    }
    if (f->given_up)
        ax_complain("the run is paused and unattended, so its engine was stopped; "
                    "'auxcell resume %s' goes on",
                    f->run->name);
    if (!e->pid || !e->status)
        return f->given_up;
    return e->status > 128 ? 1 : e->status;
}

int ax_follow_run(const ax_run_handle *run, ax_engine *engine, const ax_follow *how, ax_state *s)
{
    follow f = { .run = run, .engine = engine, .how = how, .s = s, .tty = isatty(STDERR_FILENO) };
    sigset_t set = held();
    ax_follow_hold_signals();
    int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    int left = loop(&f, signals);
    if (signals >= 0)
        close(signals);
    clear_line(&f);
    ax_engine_release(engine);
    if (left) {
        ax_complain("left; the engine goes on, 'auxcell attach %s' shows it", run->name);
        return 128 + left;
    }
    ax_damage damage; /* an engine that ended without a connection has said more in its log */
    ax_history_read(run->dirfd, take_rest, &f, &damage, NULL);
    return exit_code(&f);
}
