/* log: the history of a run, for people or as JSON, and what comes next. */
#include "engine/base/out.h"
#include "engine/config/option.h"
#include "engine/wire/client.h"
#include "engine/wire/history.h"
#include "engine/wire/narrate.h"
#include "engine/wire/run.h"
#include "tui/client/commands.h"
#include "tui/client/report.h"
#include "tui/client/runs.h"
#include "viz/figure.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>

typedef struct printing {
    bool json, bye; /* bye: the last event was the engine's good-bye */
    uint64_t seq;
} printing;

static void print(void *context, const ax_event *ev)
{
    printing *p = context;
    if (ev->seq <= p->seq)
        return; /* events around a new connection may come twice */
    p->seq = ev->seq;
    p->bye = ev->kind == AX_EVENT_BYE;
    if (p->json) {
        ax_report_event_json(ev);
        return;
    }
    char text[AX_EVENT_TEXT], time[AX_FIGURE], id[16] = "";
    ax_event_narrate(ev, text);
    if (!text[0])
        return;
    if (ev->id)
        snprintf(id, sizeof id, "#%u", ev->id);
    ax_out_line("%s  %-9s %-6s %s", ax_figure_time(ev->at, time),
                ev->kind == AX_EVENT_LOG ? ev->u.LOG.level : ax_event_word(ev->kind), id, text);
}

/* Prints what an engine says until it ends. AX_EIO: it died. */
static ax_code follow(const ax_run_handle *run, printing *p, ax_err *err)
{
    ax_client *c = ax_client_connect(run->dirfd, p->seq, NULL);
    for (; !c && ax_run_engine(run->dirfd) > 0; c = ax_client_connect(run->dirfd, p->seq, NULL))
        poll(NULL, 0, 20); /* the engine has just started */
    ax_event ev;
    ax_answer answer, refused = { .code = AX_OK };
    ax_incoming what;
    ax_code code = AX_OK;
    while (c && code == AX_OK) {
        struct pollfd in = { .fd = ax_client_fd(c), .events = POLLIN };
        if (poll(&in, 1, -1) < 0 && errno != EINTR)
            break;
        code = ax_client_pump(c, err);
        while ((what = ax_client_next(c, &ev, &answer)) != AX_NOTHING)
            if (what == AX_AN_EVENT)
                print(p, &ev);
            else if (what == AX_AN_ANSWER)
                refused = answer; /* no request was sent, so the engine refuses the connection itself */
        if (!ax_out_flush())
            break;
    }
    ax_client_free(c);
    if (refused.code != AX_OK)
        return ax_fail(err, refused.code, "%s", refused.message);
    ax_damage damage; /* damage was reported already */
    if (code != AX_OK || !c)
        ax_history_read(run->dirfd, print, p, &damage,
                        NULL); /* the last events of an engine that ended before it sent them */
    ax_out_flush();
    return (c && code == AX_OK) || p->bye
               ? AX_OK
               : ax_fail(err, AX_EIO, "the engine has died; 'auxcell resume %s' goes on", run->name);
}

/* Which candidates are unknown is known only once all events are folded, so this is done only for a damaged log. */
static bool say_damage(const ax_run_handle *run)
{
    ax_state s;
    ax_run_load(run->dirfd, &s, NULL);
    bool said = ax_run_say_damage(run, &s.damage);
    ax_state_release(&s);
    return said;
}

int ax_cli_log(int argc, char **argv)
{
    printing p = { .json = false };
    bool go_on = false;
    const ax_option option[] = { AX_FLAG("--json", &p.json, "every event as a line of JSON"),
                                 AX_FLAG("--follow", &go_on, "keep printing until the engine ends") };
    ax_usage u = { "auxcell log [RUN] [OPTION...]", "What happened in a run.\n", AX_OPTIONS(option), NULL, 1 };
    ax_run_handle run;
    ax_err err;
    int status = ax_run_of_arguments(&u, argc, argv, &run);
    if (status != AX_PARSED_GO)
        return status;
    ax_damage damage;
    bool lives = go_on && ax_run_engine(run.dirfd) > 0; /* checked before reading, since the engine may end meanwhile */
    ax_code code = ax_history_read(run.dirfd, print, &p, &damage, &err);
    ax_out_flush();
    bool damaged = !ax_damage_none(&damage) && say_damage(&run);
    if (code == AX_OK && lives)
        code = follow(&run, &p, &err);
    ax_run_close(&run);
    return code == AX_OK ? damaged : ax_complain_of(&err);
}
