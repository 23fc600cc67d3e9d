/* Takes over a run's log: what must be there, what may be lost, and how a loss is reported. The log isn't changed
   before the snapshot has been read. */
#include "engine/search/coordinator/coordinator_internal.h"
#include "engine/search/search_internal.h"
#include "engine/search/journal/snapshot.h"
#include "engine/wire/run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Checks for events up to seq that are missing. */
static ax_code refuse(const ax_damage *d, const char *snapshot, ax_err *err)
{
    char text[AX_DAMAGE_TEXT];
    return ax_fail(err, AX_EFORMAT, "%s; --repair goes on from %s without them", ax_damage_text(d, text), snapshot);
}

ax_code ax_coordinator_open_log(ax_coordinator *c, ax_err *err)
{
    const char *name = c->options->previous ? AX_SNAPSHOT_PREVIOUS : AX_SNAPSHOT_NAME;
    ax_snapshot_facts facts = { .seq = 0 };
    ax_damage gone = { .places = 0 };
    bool missing = faccessat(c->dirfd, AX_RUN_LOG, F_OK, 0) && errno == ENOENT;
    if (missing && !c->options->repair && ax_snapshot_peek(c->dirfd, name, &facts) && facts.seq) {
        ax_damage_until(&gone, facts.seq);
        return refuse(&gone, name, err);
    }
    c->log = ax_eventlog_open(c->dirfd, AX_RUN_LOG, true, err);
    return c->log ? AX_OK : err->code;
}

ax_code ax_coordinator_repair_log(ax_coordinator *c, const char *snapshot, uint64_t seq, ax_err *err)
{
    ax_damage d = ax_eventlog_damage(c->log, seq);
    if (d.cut_short && !c->options->repair)
        return refuse(&d, snapshot, err);
    /* Later events were never acknowledged to a client, and will happen again identically. */
    return ax_eventlog_settle(c->log, seq, &c->settled, err);
}

static void fold(void *context, const ax_event *ev)
{
    ax_state_fold(context, ev);
}

/* Emits the lost facts again. The run doesn't need them, so a failure is no error. */
static void emit_missing(ax_coordinator *c)
{
    ax_state said;
    ax_state_init(&said);
    if (ax_eventlog_read(c->dirfd, AX_RUN_LOG, fold, &said, NULL, NULL) == AX_OK && !said.out_of_memory)
        ax_search_emit_missing(c->search, &said);
    ax_state_release(&said);
}

void ax_coordinator_report_damage(ax_coordinator *c)
{
    const ax_settled *s = &c->settled;
    char text[AX_EVENT_TEXT], damage[AX_DAMAGE_TEXT];
    if (!ax_damage_none(&s->lost)) {
        snprintf(text, sizeof text, "%.150s%s", ax_damage_text(&s->lost, damage),
                 s->lost.bytes ? "; they are kept in events.mpk.damaged-*" : "");
        ax_search_log(c->search, AX_LEVEL_WARNING, 0, text);
    }
    if (s->torn) {
        snprintf(text, sizeof text, "events.mpk: its torn end, %llu byte%s, was cut off and kept aside",
                 (unsigned long long)s->torn, s->torn == 1 ? "" : "s");
        ax_search_log(c->search, AX_LEVEL_WARNING, 0, text);
    }
    if (s->lost.events)
        emit_missing(c);
}
