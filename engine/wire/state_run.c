#include "engine/wire/state_internal.h"

#include "engine/wire/narrate.h"

#include <stdio.h>
#include <string.h>

static void fold_hello(ax_state *s, const ax_event *ev)
{
    memcpy(s->run, ev->u.HELLO.run, sizeof s->run);
    memcpy(s->data, ev->u.HELLO.data, sizeof s->data);
    s->task = ax_task_named(ev->u.HELLO.task);
    memcpy(s->preset, ev->u.HELLO.preset, sizeof s->preset);
    memcpy(s->strategy, ev->u.HELLO.strategy, sizeof s->strategy);
    memcpy(s->device, ev->u.HELLO.device, sizeof s->device);
    s->planned = ev->u.HELLO.planned;
    s->finals = ev->u.HELLO.finals;
    s->data_changed = s->data_changed || ev->u.HELLO.data_changed;
    s->workers = ev->u.HELLO.workers;
    s->pid = ev->u.HELLO.pid;
    s->seed = ev->u.HELLO.seed;
    s->bye[0] = '\0';
    s->ending = AX_ENDING_NONE;
    s->died = false;
    ax_state_stop_running(s);
}

void ax_state_fold_run(ax_state *s, const ax_event *ev)
{
    switch (ev->kind) {
    case AX_EVENT_HELLO:
        fold_hello(s, ev);
        break;
    case AX_EVENT_PAUSED:
        if (ev->id)
            break;
        s->paused = ev->u.PAUSED.on;
        s->paused_by = s->paused ? ax_actor_of(ev->u.PAUSED.by) : AX_ACTOR_NONE;
        break;
    case AX_EVENT_PROGRESS:
        if (ev->id == 0)
            snprintf(s->activity, sizeof s->activity, "%.100s %lld/%lld", ev->u.PROGRESS.what,
                     (long long)ev->u.PROGRESS.step, (long long)ev->u.PROGRESS.steps);
        break;
    case AX_EVENT_STARTED:
        s->activity[0] = '\0';
        break;
    case AX_EVENT_LEARNED:
        ax_state_fold_learned(s, ev);
        break;
    case AX_EVENT_POLICY:
        ax_policy_fold(&s->policy, ev);
        break;
    case AX_EVENT_SAVED:
        s->snapshot_bytes = ev->u.SAVED.bytes;
        s->overhead = ev->u.SAVED.overhead;
        break;
    case AX_EVENT_DEVICE:
        s->rss_bytes = ev->u.DEVICE.rss_bytes;
        if (!strcmp(s->device, "auto"))
            memcpy(s->device, ev->u.DEVICE.name, sizeof s->device);
        break;
    case AX_EVENT_LOST:
        s->n_lost++;
        break;
    case AX_EVENT_BYE:
        memcpy(s->bye, ev->u.BYE.reason, sizeof s->bye);
        s->ending = ax_ending_of(s->bye);
        ax_state_stop_running(s);
        break;
    default:
        break;
    }
}

/* The run's end in words: "finished: 40 candidates, best .6713 (#17)". */
void ax_state_end_text(const ax_state *s, char text[static AX_EVENT_TEXT])
{
    char reward[16];
    size_t n = strlen(text);
    uint32_t ended = s->n_done + s->n_failed + s->n_pruned;
    n += (size_t)snprintf(text + n, AX_EVENT_TEXT - n, ": %u candidate%s", ended, ended == 1 ? "" : "s");
    uint32_t best = ax_state_best_of_all(s);
    if (best && n < AX_EVENT_TEXT)
        n += (size_t)snprintf(text + n, AX_EVENT_TEXT - n, ", best %s (#%u)",
                              ax_share_text(s->candidate[best - 1].outcome.reward, 4, reward), best);
    if (s->best && s->best != best && n < AX_EVENT_TEXT)
        n += (size_t)snprintf(text + n, AX_EVENT_TEXT - n, ", of the search %s (#%u)",
                              ax_share_text(s->candidate[s->best - 1].outcome.reward, 4, reward), s->best);
    if (s->finalist && n < AX_EVENT_TEXT)
        snprintf(text + n, AX_EVENT_TEXT - n, ", first of the finals %s (#%u)",
                 ax_share_text(s->candidate[s->finalist - 1].outcome.final_mean, 4, reward), s->finalist);
}

void ax_state_engine_died(ax_state *s)
{
    if (!s->seq || s->bye[0])
        return;
    s->died = true;
    s->activity[0] = '\0';
    ax_state_stop_running(s);
}
