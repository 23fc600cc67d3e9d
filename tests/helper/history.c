#include "tests/helper/history.h"

#include "engine/space/change.h"
#include "engine/space/space.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct player {
    void (*sink)(void *context, ax_event *ev);
    void *context;
    uint64_t seq;
    double at;
    ax_rng rng;
    ax_genotype second; /* of candidate 2 */
    bool policy;
    ax_task_id task;
} player;

static ax_event make(ax_event_kind kind, uint32_t id)
{
    ax_event ev;
    memset(&ev, 0, sizeof ev);
    ev.kind = kind;
    ev.id = id;
    return ev;
}

static void play(player *p, ax_event ev)
{
    ev.seq = ++p->seq;
    ev.at = ev.clock = p->at;
    p->sink(p->context, &ev);
}

#define TEXT(field, ...) snprintf(field, sizeof(field), __VA_ARGS__)

static void hello(player *p)
{
    ax_event ev = make(AX_EVENT_HELLO, 0);
    TEXT(ev.u.HELLO.run, "voc-01");
    TEXT(ev.u.HELLO.data, "scenes");
    TEXT(ev.u.HELLO.task, "%s", ax_task_name(p->task));
    TEXT(ev.u.HELLO.preset, "cpu");
    TEXT(ev.u.HELLO.strategy, "ppo");
    TEXT(ev.u.HELLO.device, "cpu");
    ev.u.HELLO.seed = 1;
    ev.u.HELLO.planned = 5000;
    ev.u.HELLO.workers = 1;
    ev.u.HELLO.pid = 4711;
    play(p, ev);
    ev = make(AX_EVENT_DEVICE, 0);
    TEXT(ev.u.DEVICE.name, "cpu");
    ev.u.DEVICE.threads = 2;
    ev.u.DEVICE.rss_bytes = 212 << 20;
    ev.u.DEVICE.worker = 1;
    TEXT(ev.u.DEVICE.host, "desk");
    play(p, ev);
}

static void progress(player *p, uint32_t id, const char *what, int64_t epoch, int64_t step, int64_t steps, double loss)
{
    ax_event ev = make(AX_EVENT_PROGRESS, id);
    TEXT(ev.u.PROGRESS.what, "%s", what);
    ev.u.PROGRESS.epoch = epoch;
    ev.u.PROGRESS.step = step;
    ev.u.PROGRESS.steps = steps;
    ev.u.PROGRESS.loss = loss;
    play(p, ev);
}

static void propose(player *p, uint32_t id, const char *origin, uint32_t parent)
{
    ax_event ev = make(AX_EVENT_PROPOSED, id);
    ev.u.PROPOSED.genotype = ax_space_random(ax_space_at(0), &p->rng);
    if (id == 2)
        p->second = ev.u.PROPOSED.genotype;
    TEXT(ev.u.PROPOSED.origin, "%s", origin);
    ev.u.PROPOSED.parent = parent;
    ev.u.PROPOSED.logp = -30 - 4 * ax_rng_uniform(&p->rng);
    ev.u.PROPOSED.entropy = 33.1;
    ev.u.PROPOSED.expected = p->policy ? 0.5912 : NAN;
    ev.u.PROPOSED.expected_low = p->policy ? 0.5543 : NAN;
    ev.u.PROPOSED.expected_high = p->policy ? 0.6231 : NAN;
    const ax_space *space = ax_space_at(0);
    for (int i = 0; i < AX_MAX_DECISIONS; i++)
        ev.u.PROPOSED.logp_each[i] = ev.u.PROPOSED.entropy_each[i] = NAN;
    for (int i = 0; i < space->n_decisions; i++) {
        double most = log(space->decision[i].choices);
        ev.u.PROPOSED.logp_each[i] = (float)(-most - 0.1 * ((int)id % 7 - 3 + i % 3));
        ev.u.PROPOSED.entropy_each[i] = (float)(most - 0.01 * (i % 5));
    }
    ev.u.PROPOSED.params = (int64_t)(1e6 * (1.95 + exp(ax_rng_normal(&p->rng) - 0.5)));
    ev.u.PROPOSED.macs = ev.u.PROPOSED.params * 410;
    play(p, ev);
    ev = make(AX_EVENT_QUEUED, id);
    play(p, ev);
}

static void fork_second(player *p, uint32_t id)
{
    ax_event ev = make(AX_EVENT_PROPOSED, id);
    ev.u.PROPOSED.genotype = p->second;
    ax_genotype_edit(&ev.u.PROPOSED.genotype, "op5=sep3x3 in8=3 op9=gap block6b=5", NULL);
    TEXT(ev.u.PROPOSED.origin, "user");
    ev.u.PROPOSED.parent = 2;
    ev.u.PROPOSED.logp = ev.u.PROPOSED.entropy = NAN;
    ev.u.PROPOSED.expected = ev.u.PROPOSED.expected_low = ev.u.PROPOSED.expected_high = NAN;
    ev.u.PROPOSED.params = 2345678;
    ev.u.PROPOSED.macs = 934000000;
    play(p, ev);
}

static void start(player *p, uint32_t id, int64_t stage)
{
    ax_event ev = make(AX_EVENT_STARTED, id);
    ev.u.STARTED.stage = stage;
    ev.u.STARTED.epochs = stage == 3 ? 30 : 5;
    ev.u.STARTED.steps = stage == 3 ? 690 : 115;
    ev.u.STARTED.attempt = 1;
    ev.u.STARTED.worker = 1;
    play(p, ev);
}

static double score(player *p, uint32_t id)
{
    ax_event ev = make(AX_EVENT_SCORED, id);
    double reward = 0.66 - 0.4 * exp(-(double)id / 220) + 0.045 * ax_rng_normal(&p->rng);
    ev.u.SCORED.reward = reward;
    ev.u.SCORED.rmse = 2.4 - reward;
    ev.u.SCORED.abs_rel = 0.5 - reward / 3;
    ev.u.SCORED.d1 = ev.u.SCORED.pck = reward;
    ev.u.SCORED.pckh = reward * 0.93;
    ev.u.SCORED.miou = reward * 0.87;
    ev.u.SCORED.fwiou = reward * 1.09;
    ev.u.SCORED.accuracy = reward * 1.05;
    ev.u.SCORED.loss = 1.1 - reward;
    ev.u.SCORED.seconds = 9 + 3 * ax_rng_uniform(&p->rng);
    ev.u.SCORED.latency_ms = 6 + 0.1 * (id * 7 % 50);
    ev.u.SCORED.peak_bytes = 96 << 20;
    ev.u.SCORED.stage = 1;
    TEXT(ev.u.SCORED.masks, "masks/%u.mpk", id);
    play(p, ev);
    return reward;
}

static void train_fully(player *p, uint32_t id)
{
    ax_event ev = make(AX_EVENT_SCORED, id);
    start(p, id, 3);
    for (int epoch = 1; epoch <= 30; epoch++) {
        progress(p, id, "train", epoch - 1, 23 * epoch, 690, 0.4 + 0.6 * exp(-epoch / 8.0));
        ax_event v = make(AX_EVENT_VALIDATED, id);
        v.u.VALIDATED.stage = 1;
        v.u.VALIDATED.epoch = epoch;
        v.u.VALIDATED.epochs = 30;
        v.u.VALIDATED.loss = 0.4 + 0.6 * exp(-epoch / 8.0);
        v.u.VALIDATED.reward = 0.7126 - 0.3 * exp(-epoch / 7.0);
        play(p, v);
        p->at += 3;
    }
    p->at += 5;
    ev.u.SCORED.reward = 0.7126;
    ev.u.SCORED.miou = 0.621;
    ev.u.SCORED.fwiou = 0.777;
    ev.u.SCORED.accuracy = 0.75;
    ev.u.SCORED.loss = 0.41;
    ev.u.SCORED.seconds = 94.2;
    ev.u.SCORED.latency_ms = 8.5;
    ev.u.SCORED.peak_bytes = 310 << 20;
    ev.u.SCORED.stage = 3;
    TEXT(ev.u.SCORED.model, "models/%u.safetensors", id);
    play(p, ev);
}

static void fail(player *p, uint32_t id)
{
    ax_event ev = make(AX_EVENT_FAILED, id);
    TEXT(ev.u.FAILED.cause, "memory");
    TEXT(ev.u.FAILED.message, "9.1 GB are needed, 7.8 GB are there");
    play(p, ev);
}

/* Each decision comes to prefer one of its choices, early ones sooner. */
static void prefer(player *p, uint32_t samples)
{
    const ax_space *space = ax_space_at(0);
    ax_event ev = make(AX_EVENT_POLICY, 0);
    TEXT(ev.u.POLICY.space, "%s", space->name);
    ev.u.POLICY.samples = samples;
    ev.u.POLICY.probabilities.n = ax_space_choices(space, space->n_decisions);
    for (unsigned d = 0, at = 0; d < space->n_decisions; at += space->decision[d++].choices) {
        unsigned n = space->decision[d].choices;
        double sure = 0.9 * samples / (samples + 40.0 * (d + 1));
        for (unsigned i = 0; i < n; i++)
            ev.u.POLICY.probabilities.p[at + i] = (float)((1 - sure) / n + (i == (7 * d + 2) % n ? sure : 0));
    }
    play(p, ev);
}

static void learn(player *p, uint32_t id, double reward)
{
    if (p->policy && id == 1)
        prefer(p, 0);
    ax_event ev = make(AX_EVENT_LEARNED, id);
    ev.u.LEARNED.loss = -0.0132;
    ev.u.LEARNED.baseline = 0.6417;
    ev.u.LEARNED.advantage = reward - 0.6417;
    ev.u.LEARNED.clip_share = 0.12;
    ev.u.LEARNED.entropy = 33.1;
    ev.u.LEARNED.samples = id;
    ev.u.LEARNED.length = p->policy ? 8 : NAN;
    ev.u.LEARNED.noise = p->policy ? 0.1 : NAN;
    play(p, ev);
    if (p->policy && id % 10 == 0)
        prefer(p, id);
}

static void prune(player *p, uint32_t id, bool finished, int64_t phase, const char *by)
{
    ax_event ev = make(AX_EVENT_PRUNED, id);
    ev.u.PRUNED.phase = phase;
    ev.u.PRUNED.until = finished ? NAN : p->at + 10;
    ev.u.PRUNED.batch = 1;
    TEXT(ev.u.PRUNED.by, "%s", by);
    play(p, ev);
}

static void note(player *p, uint32_t id)
{
    ax_event ev = make(AX_EVENT_NOTED, id);
    TEXT(ev.u.NOTED.text, "dil12 keeps failing above 9M parameters");
    ev.u.NOTED.pin = -1;
    TEXT(ev.u.NOTED.by, "user");
    play(p, ev);
}

static void promote(player *p, uint32_t id, uint32_t to)
{
    ax_event ev = make(AX_EVENT_PROMOTED, id);
    ev.u.PROMOTED.to = to;
    TEXT(ev.u.PROMOTED.by, "user");
    play(p, ev);
}

static void save(player *p)
{
    ax_event ev = make(AX_EVENT_SAVED, 0);
    ev.u.SAVED.bytes = 1930000;
    ev.u.SAVED.milliseconds = 38;
    ev.u.SAVED.overhead = 0.0123;
    play(p, ev);
}

static void candidate(player *p, uint32_t id)
{
    propose(p, id, "ppo", 0);
    start(p, id, 1);
    p->at += 5;
    progress(p, id, "train", 2, 46, 115, 0.71);
    p->at += 5;
    if (id % 17 == 6) {
        fail(p, id);
    } else if (id % 23 == 9) {
        prune(p, id, false, 2, "user");
    } else {
        learn(p, id, score(p, id));
    }
    if (id % 40 == 0)
        save(p);
    p->at += 0.4;
}

double ax_history_play(const ax_history *h, void (*sink)(void *context, ax_event *ev), void *context)
{
    player p = { .sink = sink,
                 .context = context,
                 .at = AX_HISTORY_START,
                 .rng = ax_rng_new(5, 1),
                 .policy = h->policy,
                 .task = h->task };
    hello(&p);
    p.at += 1.5;
    progress(&p, 0, "cache", 0, 120, 367, NAN);
    if (h->caching)
        return p.at;
    uint32_t id = 0;
    while (id < h->candidates)
        candidate(&p, ++id);
    if (id > 3)
        note(&p, id - 1);
    if (id > 30) {
        promote(&p, 17, id + 1);
        propose(&p, ++id, "promote", 17);
        if (h->full)
            train_fully(&p, id);
    }
    if (h->forked) {
        fork_second(&p, ++id);
        start(&p, id, 1);
        p.at += 9;
        score(&p, id);
    }
    propose(&p, ++id, "ppo", 0);
    start(&p, id, 1);
    p.at += 4;
    progress(&p, id, "train", 1, 31, 115, 0.83);
    propose(&p, id + 1, "ppo", 0);
    if (h->batch) {
        prune(&p, 10, true, 1, "user");
        prune(&p, 13, true, 1, "user");
    }
    if (h->pruned || h->batch)
        prune(&p, id, false, 1, "user");
    ax_event ev = make(AX_EVENT_PAUSED, 0);
    ev.u.PAUSED.on = 1;
    TEXT(ev.u.PAUSED.by, "user");
    if (h->paused)
        play(&p, ev);
    ev = make(AX_EVENT_LOG, 0);
    if (h->error) {
        TEXT(ev.u.LOG.level, "error");
        TEXT(ev.u.LOG.text, "%s", h->error);
        play(&p, ev);
    }
    ev = make(AX_EVENT_BYE, 0);
    if (h->bye) {
        TEXT(ev.u.BYE.reason, "%s", h->bye);
        play(&p, ev);
    }
    return p.at;
}
