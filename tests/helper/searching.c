#include "tests/helper/searching.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void collect(void *context, ax_event *ev)
{
    searching *t = context;
    if (t->n == SEARCHING_EVENTS)
        abort();
    t->event[t->n++] = *ev;
}

void searching_init(searching *t, int64_t candidates, const char *strategy)
{
    ax_err err = { AX_OK, "" };
    *t = (searching) { .request = 1 };
    t->event = calloc(SEARCHING_EVENTS, sizeof *t->event);
    t->setup = (ax_search_setup) { .outputs = 8, .h = 64, .w = 64, .workers = 1, .emit = collect, .context = t };
    ax_settings *s = &t->setup.settings;
    if (!t->event || ax_settings_preset(s, "demo", &err) != AX_OK)
        abort();
    s->candidates = candidates;
    s->finals = 0; /* tests of the finals set it */
    s->channels = 8;
    s->full_channels = 16;
    snprintf(s->strategy, sizeof s->strategy, "%s", strategy);
    searching_restart(t);
}

void searching_restart(searching *t)
{
    ax_err err = { AX_OK, "" };
    ax_search_free(t->search);
    t->search = ax_search_new(&t->setup, &err);
    if (!t->search) {
        fprintf(stderr, "%s\n", err.msg);
        abort();
    }
    ax_search_set_time(t->search, 1000);
}

void searching_release(searching *t)
{
    ax_search_free(t->search);
    free(t->event);
}

void searching_forget(searching *t)
{
    t->n = 0;
}

uint32_t searching_take(searching *t)
{
    ax_err err = { AX_OK, "" };
    ax_search_job job = { 0 };
    bool taken;
    if (ax_search_take(t->search, 0, &job, &taken, &err) != AX_OK || ax_search_catch_up(t->search, &err) != AX_OK) {
        fprintf(stderr, "%s\n", err.msg);
        abort();
    }
    return taken ? job.id : 0;
}

ax_outcome searching_outcome(uint32_t stage, double reward)
{
    return (ax_outcome) { .reward = reward,
                          .miou = reward,
                          .fwiou = reward,
                          .accuracy = reward,
                          .loss = 1.5,
                          .seconds = 2.5,
                          .peak_bytes = 12345,
                          .stage = stage,
                          .batch = 8,
                          .latency_ms = NAN };
}

void searching_score(searching *t, double reward)
{
    ax_err err = { AX_OK, "" };
    ax_outcome o = searching_outcome(1, reward);
    if (t->latency_ms > 0)
        o.latency_ms = t->latency_ms;
    if (ax_search_outcome(t->search, 0, &o, &err) != AX_OK || ax_search_catch_up(t->search, &err) != AX_OK) {
        fprintf(stderr, "%s\n", err.msg);
        abort();
    }
}

ax_code searching_do(searching *t, ax_verb verb, uint32_t id, const char *text, ax_answer *answer)
{
    ax_answer own;
    ax_command c = { .request = t->request++, .verb = verb, .id = id };
    snprintf(c.text, sizeof c.text, "%s", text ? text : "");
    snprintf(c.by, sizeof c.by, "tester");
    ax_search_command(t->search, &c, answer ? answer : &own);
    return answer ? answer->code : own.code;
}

const ax_event *searching_last(const searching *t, ax_event_kind kind, size_t i)
{
    for (size_t k = t->n; k-- > 0;)
        if (t->event[k].kind == kind && i-- == 0)
            return &t->event[k];
    return NULL;
}

size_t searching_count(const searching *t, ax_event_kind kind)
{
    size_t n = 0;
    for (size_t k = 0; k < t->n; k++)
        n += t->event[k].kind == kind;
    return n;
}
