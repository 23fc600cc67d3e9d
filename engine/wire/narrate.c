#include "engine/wire/narrate.h"

#include "engine/candidate/outcome.h"
#include "engine/candidate/words.h"
#include "engine/base/utf8.h"
#include "engine/wire/figures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SAY(...) snprintf(text, AX_EVENT_TEXT, __VA_ARGS__)

const char *ax_share_text(double v, int digits, char buf[static 16])
{
    if (isnan(v))
        return memcpy(buf, "-", 2);
    snprintf(buf, 16, "%.*f", digits, v);
    if (buf[0] == '0' && buf[1] == '.')
        memmove(buf, buf + 1, strlen(buf));
    else if (buf[0] == '-' && buf[1] == '0' && buf[2] == '.')
        memmove(buf + 1, buf + 2, strlen(buf) - 1);
    return buf;
}

/* " mIoU .613": the task's own figure beside the reward; "" without one. */
static void headline(const ax_event *ev, char text[static 32])
{
    ax_outcome o = ax_outcome_none;
    char figure[16];
    text[0] = '\0';
    ax_event_figures(ev, &o);
    for (int m = 0; m < AX_METRIC_COUNT && !text[0]; m++) {
        const ax_metric_info *info = ax_metric_of((ax_metric)m);
        double v = ax_outcome_figure(&o, (ax_metric)m);
        if (info->tasks != AX_EVERY_TASK && !isnan(v))
            snprintf(text, 32, " %.12s %s", info->word, ax_share_text(v, info->form.digits, figure));
    }
}

static void narrate_scored(const ax_event *ev, char *text)
{
    char r[16], own[32];
    headline(ev, own);
    ax_share_text(ev->u.SCORED.reward, 4, r);
    if (ev->u.SCORED.reused)
        SAY("reward %s%s  of #%lld, the same network", r, own, (long long)ev->u.SCORED.reused);
    else
        SAY("%sreward %s%s  %.1f s%s%.63s", ev->u.SCORED.provisional ? "stage 1: " : "", r, own, ev->u.SCORED.seconds,
            ev->u.SCORED.model[0] ? "  -> " : "", ev->u.SCORED.model);
}

static void narrate_learned(const ax_event *ev, char *text)
{
    char b[16], a[16];
    if (isnan(ev->u.LEARNED.loss))
        return;
    SAY("baseline %s advantage %s entropy %.2f", ax_share_text(ev->u.LEARNED.baseline, 3, b),
        ax_share_text(ev->u.LEARNED.advantage, 3, a), ev->u.LEARNED.entropy);
}

static void narrate_pruned(const ax_event *ev, char *text)
{
    static const char *const phase[] = { "prune undone by", "pruned by", "prune is final:" };
    if (ev->u.PRUNED.phase >= 0 && ev->u.PRUNED.phase < 3)
        SAY("%s %.100s", phase[ev->u.PRUNED.phase], ev->u.PRUNED.by);
}

static void narrate_noted(const ax_event *ev, char *text)
{
    if (ev->u.NOTED.pin < 0)
        SAY("\"%.*s\" by %.30s", ax_utf8_fit(ev->u.NOTED.text, 150), ev->u.NOTED.text, ev->u.NOTED.by);
    else
        SAY("%s by %.100s", ev->u.NOTED.pin ? "pinned" : "unpinned", ev->u.NOTED.by);
}

const char *ax_event_failure(const ax_event *ev)
{
    const char *message = ev->u.FAILED.message;
    size_t n = strlen(ev->u.FAILED.cause);
    return n && !strncmp(message, ev->u.FAILED.cause, n) && !strncmp(message + n, ": ", 2) ? message + n + 2 : message;
}

void ax_event_narrate(const ax_event *ev, char text[static AX_EVENT_TEXT])
{
    char m[16];
    text[0] = '\0';
    switch (ev->kind) {
    case AX_EVENT_HELLO:
        SAY("%s: %.*s, preset %.16s, %.16s, seed %lld", ev->u.HELLO.resumed ? "resumed" : "started",
            ax_utf8_fit(ev->u.HELLO.data, 80), ev->u.HELLO.data, ev->u.HELLO.preset, ev->u.HELLO.strategy,
            (long long)ev->u.HELLO.seed);
        break;
    case AX_EVENT_PROPOSED:
        if (ev->u.PROPOSED.parent && ax_origin_of(ev->u.PROPOSED.origin) == AX_ORIGIN_PROMOTE)
            SAY("full training of #%lld", (long long)ev->u.PROPOSED.parent);
        else if (ax_origin_of(ev->u.PROPOSED.origin) == AX_ORIGIN_FINALS)
            SAY("#%lld again for the finals, with seed %lld", (long long)ev->u.PROPOSED.parent,
                (long long)ev->u.PROPOSED.seed);
        else if (ev->u.PROPOSED.parent)
            SAY("by %.15s, made from #%lld", ev->u.PROPOSED.origin, (long long)ev->u.PROPOSED.parent);
        else if (isnan(ev->u.PROPOSED.entropy))
            SAY("by %.15s", ev->u.PROPOSED.origin);
        else
            SAY("by %.15s, entropy %.2f, logp %.2f", ev->u.PROPOSED.origin, ev->u.PROPOSED.entropy,
                ev->u.PROPOSED.logp);
        break;
    case AX_EVENT_STARTED:
        if (ev->u.STARTED.stage == 2)
            SAY("stage 2, end to end");
        else if (ev->u.STARTED.attempt > 1)
            SAY("%s, attempt %lld", ev->u.STARTED.stage >= AX_STAGE_FULL ? "full training" : "training",
                (long long)ev->u.STARTED.attempt);
        else if (ev->u.STARTED.stage >= AX_STAGE_FULL)
            SAY("full training");
        break;
    case AX_EVENT_SCORED:
        narrate_scored(ev, text);
        break;
    case AX_EVENT_GATED:
        SAY("gate %s (mean %s, chance %.2f)", ev->u.GATED.passed ? "passed" : "closed",
            ax_share_text(ev->u.GATED.mean, 3, m), ev->u.GATED.chance);
        break;
    case AX_EVENT_LEARNED:
        narrate_learned(ev, text);
        break;
    case AX_EVENT_PAUSED:
        SAY("%s by %.100s", ev->u.PAUSED.on ? "paused" : "goes on", ev->u.PAUSED.by);
        break;
    case AX_EVENT_PRUNED:
        narrate_pruned(ev, text);
        break;
    case AX_EVENT_PROMOTED:
        if (ev->u.PROMOTED.to)
            SAY("promoted: full training is #%lld, by %.80s", (long long)ev->u.PROMOTED.to, ev->u.PROMOTED.by);
        else
            SAY("promoted by %.100s", ev->u.PROMOTED.by);
        break;
    case AX_EVENT_DEMOTED:
        SAY("demoted by %.100s", ev->u.DEMOTED.by);
        break;
    case AX_EVENT_FINAL: /* the result is told at the end (engine/search/finals.c) */
        if (ev->u.FINAL.place && !ev->u.FINAL.final_seeds)
            SAY("a finalist, place %lld in the search", (long long)ev->u.FINAL.place);
        break;
    case AX_EVENT_FAILED:
        SAY("%.20s: %.*s%s", ev->u.FAILED.cause, ax_utf8_fit(ax_event_failure(ev), 150), ax_event_failure(ev),
            ev->u.FAILED.retried ? "; tried again" : "");
        break;
    case AX_EVENT_NOTED:
        narrate_noted(ev, text);
        break;
    case AX_EVENT_LOG:
        SAY("%s", ev->u.LOG.text);
        break;
    case AX_EVENT_LOST:
        if (ev->u.LOST.events)
            SAY("%lld event%s could not be read any more", (long long)ev->u.LOST.events,
                ev->u.LOST.events == 1 ? "" : "s");
        break;
    case AX_EVENT_BYE:
        SAY("%.*s", ax_utf8_fit(ev->u.BYE.reason, 150), ev->u.BYE.reason);
        break;
    case AX_EVENT_QUEUED:
    case AX_EVENT_POLICY:
    case AX_EVENT_PROGRESS:
    case AX_EVENT_VALIDATED:
    case AX_EVENT_SAVED:
    case AX_EVENT_DEVICE:
    case AX_EVENT_COUNT:
        break;
    }
}

const char *ax_event_word(ax_event_kind kind)
{
    static const char *const word[AX_EVENT_COUNT] = {
        [AX_EVENT_HELLO] = "engine", [AX_EVENT_GATED] = "gate", [AX_EVENT_BYE] = "end", [AX_EVENT_LOST] = "damage"
    };
    return word[kind] ? word[kind] : ax_event_name(kind);
}
