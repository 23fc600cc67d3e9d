/* Makes the directory of a run with a long history, with the engine's own search, log and snapshot, to measure the cost
   of long runs. Nothing is trained; rewards are random.
     longrun DIR CANDIDATES [STRATEGY]
   With a strategy that learns slowly (ppo) all but the last hundred candidates count as submitted by hand, from which
   nothing is learned. The run is paused before its end, so that a resumed engine waits and trains nothing. */
#include "engine/search/search_internal.h"
#include "engine/search/journal/snapshot.h"
#include "engine/wire/eventlog.h"
#include "engine/wire/run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MORE = 1000, PROGRESS = 5, SAVE_EVERY = 1000, LEARNED_FROM = 100 };
/* Rewards of random decoders with preset demo (docs/measurements.md): later trainings have similar rewards, as in a run
   that trained all. */
static const double DEMO_MEAN = 0.30, DEMO_SPREAD = 0.045;

typedef struct maker {
    ax_search *search;
    ax_eventlog *log;
    ax_settledfile settled;
    ax_rng rng;
    double now;
    ax_err err;
} maker;

static void emit(void *context, ax_event *ev)
{
    maker *m = context;
    ev->at = m->now += 0.01;
    if (m->err.code == AX_OK)
        ax_eventlog_append(m->log, ev, &m->err);
}

static void say_saved(maker *m)
{
    ax_event ev = ax_search_event(AX_EVENT_SAVED, 0);
    ev.u.SAVED.bytes = 2000000;
    ev.u.SAVED.milliseconds = 12.5;
    emit(m, &ev);
}

static void command(maker *m, ax_verb verb, uint32_t id, const char *text)
{
    ax_command c = { .verb = verb, .id = id };
    ax_answer a;
    snprintf(c.text, sizeof c.text, "%s", text);
    snprintf(c.by, sizeof c.by, "generator");
    ax_search_command(m->search, &c, &a);
    if (a.code != AX_OK)
        ax_fail(&m->err, a.code, "%s", a.message);
}

/* One candidate from its proposal to its end. */
static void live_one(maker *m, bool by_hand)
{
    if (by_hand) {
        char text[AX_GENOTYPE_TEXT];
        ax_genotype g = ax_space_random(ax_space_at(0), &m->rng);
        command(m, AX_VERB_SUBMIT, 0, ax_genotype_print(&g, text));
    }
    ax_search_job job;
    bool taken, goes_on;
    if (ax_search_take(m->search, 0, &job, &taken, &m->err) != AX_OK || !taken)
        return;
    ax_search_catch_up(m->search, &m->err);
    for (int i = 1; i <= PROGRESS; i++)
        ax_search_progress(m->search, 0, "train", 1, i, 20 * i, 20 * PROGRESS, 3.0 / i);
    double reward = fmax(0.1, DEMO_MEAN + DEMO_SPREAD * ax_rng_normal(&m->rng));
    ax_outcome o = ax_outcome_none;
    o.reward = o.miou = o.fwiou = o.accuracy = reward;
    o.loss = 1.25;
    o.seconds = 1.5;
    o.peak_bytes = 123456789;
    o.stage = 1;
    o.batch = 16;
    ax_search_stage1(m->search, 0, &o);
    if (ax_search_verdict(m->search, 0, &goes_on) && goes_on) {
        o.stage = 2;
        o.reward += 0.01;
    }
    ax_search_outcome(m->search, 0, &o, &m->err);
    ax_search_catch_up(m->search, &m->err);
    say_saved(m);
}

static ax_code make(maker *m, int dirfd, const ax_settings *set, const char *dir, ax_err *err)
{
    ax_search_setup setup = {
        .settings = *set, .outputs = 8, .h = 128, .w = 128, .n_train = 64, .workers = 1, .emit = emit, .context = m
    };
    snprintf(setup.run, sizeof setup.run, "%.100s", dir);
    ax_settledfile_init(&m->settled, dirfd);
    m->log = ax_eventlog_open(dirfd, "events.mpk", true, err);
    m->search = m->log ? ax_search_new(&setup, err) : NULL;
    if (!m->search)
        return err->code;
    ax_search_hello(m->search, false, 1);
    bool learns = !strcmp(set->strategy, "ppo");
    int64_t n = set->candidates - MORE;
    for (int64_t i = 0; i < n && m->err.code == AX_OK; i++) {
        live_one(m, learns && i < n - LEARNED_FROM);
        if (i % SAVE_EVERY == 0 && m->err.code == AX_OK)
            ax_snapshot_save(m->search, &m->settled, ax_eventlog_seq(m->log), NULL, &m->err);
    }
    command(m, AX_VERB_PAUSE, 0, "");
    ax_event ev = ax_search_event(AX_EVENT_BYE, 0);
    snprintf(ev.u.BYE.reason, sizeof ev.u.BYE.reason, "stopped");
    emit(m, &ev);
    if (m->err.code == AX_OK)
        ax_snapshot_save(m->search, &m->settled, ax_eventlog_seq(m->log), NULL, &m->err);
    *err = m->err;
    return err->code;
}

int main(int argc, char **argv)
{
    ax_err err = { AX_OK, "" };
    ax_settings set;
    maker m = { .rng = ax_rng_new(1, 1), .now = 1764072000.0 };
    if (argc < 3 || argc > 4) {
        fprintf(stderr, "usage: longrun DIR CANDIDATES [STRATEGY]\n");
        return 2;
    }
    int dirfd = -1;
    ax_code code = ax_settings_preset(&set, "demo", &err);
    if (code == AX_OK)
        code = ax_settings_set(&set, "candidates", argv[2], &err);
    set.candidates += MORE;
    if (code == AX_OK)
        code = ax_settings_set(&set, "strategy", argc > 3 ? argv[3] : "random", &err);
    if (code == AX_OK && (dirfd = ax_run_create(argv[1], &err)) < 0)
        code = err.code;
    if (code == AX_OK)
        code = ax_settings_write(&set, dirfd, "run.ini", &err);
    if (code == AX_OK)
        code = make(&m, dirfd, &set, argv[1], &err);
    ax_search_free(m.search);
    ax_eventlog_close(m.log);
    ax_settledfile_release(&m.settled);
    if (dirfd >= 0)
        close(dirfd);
    if (code != AX_OK)
        fprintf(stderr, "longrun: %s\n", err.msg);
    return code != AX_OK;
}
