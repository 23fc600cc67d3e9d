#include "engine/wire/history.h"

#include "engine/wire/eventlog.h"
#include "engine/wire/run.h"

#include <errno.h>
#include <unistd.h>

void ax_history_expect(int dirfd, ax_snapshot_facts *known)
{
    *known = (ax_snapshot_facts) { .seq = 0 };
    if (!ax_snapshot_peek(dirfd, AX_SNAPSHOT_NAME, known))
        ax_snapshot_peek(dirfd, AX_SNAPSHOT_PREVIOUS, known);
}

void ax_history_judge(ax_state *s, const ax_damage *damage, const ax_snapshot_facts *known)
{
    s->damage = *damage;
    ax_damage_until(&s->damage, known->seq);
    for (uint32_t id = 1; id <= known->candidates && s->damage.events; id++) {
        const ax_candidate *c = ax_state_candidate(s, id);
        s->damage.candidates += !c || !ax_candidate_known(c);
    }
}

static ax_code read_log(int dirfd, void (*sink)(void *context, const ax_event *ev), void *context, ax_damage *damage,
                        ax_err *err)
{
    *damage = (ax_damage) { .places = 0 };
    if (faccessat(dirfd, AX_RUN_LOG, F_OK, 0) && errno == ENOENT)
        return AX_OK;
    ax_code code = ax_eventlog_read(dirfd, AX_RUN_LOG, sink, context, damage, err);
    if (code != AX_OK) /* a file that couldn't be read isn't known to be damaged */
        *damage = (ax_damage) { .places = 0 };
    return code;
}

ax_code ax_history_read(int dirfd, void (*sink)(void *context, const ax_event *ev), void *context, ax_damage *damage,
                        ax_err *err)
{
    ax_snapshot_facts known;
    ax_history_expect(dirfd, &known);
    ax_code code = read_log(dirfd, sink, context, damage, err);
    if (code == AX_OK)
        ax_damage_until(damage, known.seq);
    return code;
}

static void fold(void *context, const ax_event *ev)
{
    ax_state_fold(context, ev);
}

ax_code ax_history_fold(int dirfd, ax_state *s, ax_err *err)
{
    ax_snapshot_facts known;
    ax_damage damage;
    ax_history_expect(dirfd, &known);
    ax_code code = read_log(dirfd, fold, s, &damage, err);
    if (code == AX_OK)
        ax_history_judge(s, &damage, &known);
    if (code == AX_OK && s->out_of_memory)
        code = ax_fail(err, AX_ENOMEM, AX_RUN_LOG ": no memory for what happened in this run");
    return code;
}
